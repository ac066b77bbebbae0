/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_REPORT_H
#define EDGE_HEALTH_REPORT_H

/*
 * report - sentences about what was seen, where and how often.  Pure text.
 *
 *   member edge1 access: up -> down, TLS handshake timed out, 3 of 3, at
 * 131.107.155.10:443
 */
#include <stddef.h>

#include <edge/model.h>

#include "probe/report_reason.h"

#define REPORT_NAME_MAX 640

/* "edge1 access", "edge1 internal av-tcp"; the pool too where there are several. */
void report_endpoint(char *text, size_t size, const struct endpoint *e);
/* "edge1", or "POOL/edge1". */
void report_member(char *text, size_t size, const struct member *m);

#endif
