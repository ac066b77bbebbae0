/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_REPORT_REASON_H
#define EDGE_PROBE_REPORT_REASON_H

/*
 * report_reason - why a probe ended as it did, as half a sentence.  Pure text.
 *
 * Beside the probe, because core knows no words for what TLS says.
 */
#include <stddef.h>
#include <stdint.h>

#include <edge/state.h>

#define REPORT_REASON_MAX 160

/* "TLS handshake timed out", "peer sent a TLS alert (handshake failure)". */
void report_reason(char *text, size_t size, enum reason reason, uint64_t detail);

#endif
