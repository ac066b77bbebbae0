/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_PROBE_CERTIFICATE_H
#define CTL_PROBE_CERTIFICATE_H

/*
 * probe_certificate - a certificate that a probe was shown, for people: what it says, and
 * what is wrong with it by the rules of edge-health.  Pure.
 */
#include "certificates.h"
#include "probe_aim.h"
#include "probe_told.h"

void probe_certificate_tell(struct told *t, const struct probe_aim *aim,
    const struct certificate *c, int64_t wall_s);

#define PROBE_FINDINGS_MAX 7
/* What is wrong, the texts without their first word "certificate"; how many. */
size_t
probe_certificate_findings(const struct probe_aim *aim, const struct certificate *c,
    int64_t wall_s, struct finding findings[PROBE_FINDINGS_MAX]);

#endif
