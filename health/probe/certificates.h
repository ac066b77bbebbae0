/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_CERTIFICATES_H
#define EDGE_PROBE_CERTIFICATES_H

/*
 * certificates - what an Edge Server's certificate must be, and what is wrong with one.
 * Pure: facts and the time of day go in, findings come out.
 *
 *   names    external: the service's FQDN and, where SIP is spoken, every "sip.<domain>"
 *            among the alternative names; the subject does not count.  internal: the
 *            subject is the pool's FQDN; alternative names do not count.
 *   chain    leads to an issuer that tls.ca names, or the system
 *   dates    valid now, and for a while
 *   sameness (R13) one certificate and key on all members, or a client that comes to
 *            another member meets another server; differing is a renewal for a day
 *
 * A wildcard among the alternative names satisfies some clients and no Edge Server: a
 * name that only a wildcard covers is a warning, one that nothing covers is worse.
 *
 * Beside the probe, because who probes by hand wants the same findings.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/model.h>

#include "certificate.h"

#define FINDING_TEXT_MAX 512

/* A finding that holds has a text for the log: the end of a sentence. */
struct finding {
	bool holds;
	char text[FINDING_TEXT_MAX];
};

void certificates_check_names(const struct endpoint *e, const struct certificate *c,
    struct finding *missing, struct finding *wildcard);
void certificates_check_chain(
    const struct endpoint *e, const struct certificate *c, struct finding *untrusted);
/* At most one of the three holds. */
void
certificates_check_dates(const struct certificate *c, int64_t wall_s, int64_t warning_ns,
    struct finding *early, struct finding *expiring, struct finding *expired);

/* One endpoint of those that should show the same certificate: a service, in both address
 * families. */
struct certificate_peer {
	/* given */
	const struct endpoint *endpoint;
	const struct certificate *certificate; /* known or recalled, or NULL */
	bool looked; /* somebody has asked since the start, whatever came of it */
	int64_t
	    since_s; /* since when it is known to differ: wall clock; 0: it does not */
	/* found */
	bool differs;
	const struct certificate_peer *from; /* what it differs from, or NULL */
};

/* Whether they are all the same.  The one that most of them show is the right one; of
 * equally many the one that was issued last.  False, and nothing was found: too early to
 * say, somebody has not been asked yet. */
bool certificates_compare(struct certificate_peer *p, size_t n, int64_t wall_s);

/* What certificates_compare() found about one: within @renewal_ns a renewal, afterwards a
 * fault. */
void certificates_check_same(const struct certificate_peer *p, int64_t wall_s,
    int64_t renewal_ns, struct finding *renewing, struct finding *differs);

#endif
