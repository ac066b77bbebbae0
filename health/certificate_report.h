/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_CERTIFICATE_REPORT_H
#define EDGE_HEALTH_CERTIFICATE_REPORT_H

/*
 * certificate_report - the answer to the verb "certificates": one line of keys per
 * endpoint that shows a certificate, with every name in it.
 */
#include <edge/sbuf.h>

#include "prober.h"

/* @only: of this member; NULL: of all. */
void certificate_report(
    const struct prober *p, const struct member *only, int64_t wall_s, struct sbuf *to);

#endif
