/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certificates - the checks.
 *
 * Names are compared as the model has them, lower case; the facts are lower case too.
 */
#include "certificates.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <edge/base.h>
#include <edge/clock.h>

#define SIP_NAME_MAX 300 /* "sip." and a domain */

static void
finding_none(struct finding *f)
{
	f->holds = false;
	f->text[0] = '\0';
}

static void edge_printf(2, 3) finding_say(struct finding *f, const char *format, ...)
{
	va_list args;

	f->holds = true;
	va_start(args, format);
	vsnprintf(f->text, sizeof f->text, format, args);
	va_end(args);
}

/* --- names -------------------------------------------------------------------------- */

/* The names of one kind that were found, of which the text names the first. */
struct names {
	char first[SIP_NAME_MAX];
	unsigned n;
};

static void
names_add(struct names *names, const char *name)
{
	if (names->n++ == 0)
		snprintf(names->first, sizeof names->first, "%s", name);
}

static void
name_look(const struct certificate *c, const char *name, struct names *missing,
    struct names *wildcard)
{
	if (certificate_has_name(c, name))
		return;
	names_add(certificate_has_wildcard_for(c, name) ? wildcard : missing, name);
}

/* "sip.fabrikam.com", "sip.fabrikam.com and 2 more names". */
static void
names_say(struct finding *f, const char *what, const struct names *names)
{
	char more[48] = "";

	if (names->n == 0)
		return;
	if (names->n > 1)
		snprintf(more, sizeof more, " and %u more name%s", names->n - 1,
		    names->n == 2 ? "" : "s");
	finding_say(f, "certificate %s %s%s", what, names->first, more);
}

/* What one service of the outer side has to show. */
static void
service_names(const struct pool *pool, enum service_kind kind,
    const struct certificate *c, struct names *missing, struct names *wildcard)
{
	char name[SIP_NAME_MAX];

	if (pool->services[kind].fqdn != NULL)
		name_look(c, pool->services[kind].fqdn, missing, wildcard);
	if (!service_infos[kind].sip)
		return;
	for (size_t i = 0; i < pool->n_sip_domains; i++) {
		snprintf(name, sizeof name, "sip.%s", pool->sip_domains[i]);
		/* Said once already as the service's own. */
		if (pool->services[kind].fqdn == NULL ||
		    strcmp(name, pool->services[kind].fqdn) != 0)
			name_look(c, name, missing, wildcard);
	}
}

static void
check_subject(const struct pool *pool, const struct certificate *c,
    struct finding *missing, struct finding *wildcard)
{
	if (strcmp(c->common_name, pool->fqdn) == 0)
		return;
	if (strncmp(c->common_name, "*.", 2) == 0)
		finding_say(wildcard,
		    "certificate's subject is the wildcard %s, not the pool's name %s",
		    c->common_name, pool->fqdn);
	else
		finding_say(missing,
		    "certificate's subject is %s, not the pool's name %s",
		    c->common_name[0] == '\0' ? "no name" : c->common_name, pool->fqdn);
}

void
certificates_check_names(const struct endpoint *e, const struct certificate *c,
    struct finding *missing, struct finding *wildcard)
{
	const struct pool *pool = e->member->pool;
	struct names lacking = {0}, loose = {0};

	finding_none(missing);
	finding_none(wildcard);
	if (e->side == SIDE_INTERNAL) {
		check_subject(pool, c, missing, wildcard);
		return;
	}
	for (unsigned s = 0; s < SERVICES; s++)
		if (e->services & 1u << s)
			service_names(pool, (enum service_kind)s, c, &lacking, &loose);
	if (c->cut) /* what was not kept may have been there */
		return;
	names_say(missing, "lacks", &lacking);
	names_say(wildcard, "has only a wildcard for", &loose);
}

/* --- chain ---------------------------------------------------------------------------
 */

void
certificates_check_chain(
    const struct endpoint *e, const struct certificate *c, struct finding *untrusted)
{
	finding_none(untrusted);
	switch (c->chain) {
	case CHAIN_UNSEEN:
	case CHAIN_TRUSTED:
	case CHAINS:
		return;
	case CHAIN_NO_ISSUER:
		/* A private issuer is the rule inside, and the system does not know it:
		 * only who names issuers wants to hear of others. */
		if (e->side == SIDE_INTERNAL && e->service->health.tls.ca == NULL)
			return;
		finding_say(untrusted, "certificate's issuer is not trusted here: %.300s",
		    c->issuer);
		return;
	case CHAIN_SELF_SIGNED:
		finding_say(untrusted, "certificate is self-signed");
		return;
	case CHAIN_ENDED:
		finding_say(untrusted, "the certificate of its issuer has ended");
		return;
	case CHAIN_PURPOSE:
		finding_say(untrusted, "certificate is not one for servers");
		return;
	case CHAIN_INVALID:
		finding_say(untrusted, "certificate's chain is not valid");
		return;
	}
}

/* --- dates ---------------------------------------------------------------------------
 */

void
certificates_check_dates(const struct certificate *c, int64_t wall_s, int64_t warning_ns,
    struct finding *early, struct finding *expiring, struct finding *expired)
{
	char day[CERTIFICATE_DAY_MAX];
	int64_t days = certificate_days(c->not_after_s, wall_s);

	finding_none(early);
	finding_none(expiring);
	finding_none(expired);
	if (c->not_after_s != 0 && wall_s >= c->not_after_s) {
		finding_say(expired, "certificate ended on %s",
		    certificate_day(c->not_after_s, day));
	} else if (c->not_before_s != 0 && wall_s < c->not_before_s) {
		finding_say(early, "certificate is not valid before %s",
		    certificate_day(c->not_before_s, day));
	} else if (c->not_after_s != 0 &&
		   wall_s >= c->not_after_s - warning_ns / NS_PER_S) {
		finding_say(expiring, "certificate ends in %" PRId64 " day%s (%s)", days,
		    days == 1 ? "" : "s", certificate_day(c->not_after_s, day));
	}
}

/* --- sameness ------------------------------------------------------------------------
 */

/* How much of both digests there is. */
static size_t
known_octets(const struct certificate *a, const struct certificate *b)
{
	return a->recalled || b->recalled ? CERTIFICATE_HEAD : CERTIFICATE_SHA256;
}

static bool
same(const struct certificate *a, const struct certificate *b)
{
	return memcmp(a->sha256, b->sha256, known_octets(a, b)) == 0;
}

static bool
same_key(const struct certificate *a, const struct certificate *b)
{
	return memcmp(a->key_sha256, b->key_sha256, known_octets(a, b)) == 0;
}

static size_t
votes(const struct certificate_peer *p, size_t n, const struct certificate *c)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += p[i].certificate != NULL && same(p[i].certificate, c);
	return found;
}

/* Whether @a of @n_a votes is rather the right one than @b of @n_b. */
static bool
is_righter(
    const struct certificate *a, size_t n_a, const struct certificate *b, size_t n_b)
{
	if (n_a != n_b)
		return n_a > n_b;
	if (a->not_before_s != b->not_before_s)
		return a->not_before_s > b->not_before_s;
	/* Any order, but always the same one. */
	return memcmp(a->sha256, b->sha256, sizeof a->sha256) > 0;
}

static const struct certificate_peer *
right_one(const struct certificate_peer *p, size_t n)
{
	const struct certificate_peer *best = NULL;
	size_t best_votes = 0;

	for (size_t i = 0; i < n; i++) {
		size_t v;

		if (p[i].certificate == NULL)
			continue;
		v = votes(p, n, p[i].certificate);
		if (best == NULL ||
		    is_righter(p[i].certificate, v, best->certificate, best_votes)) {
			best = &p[i];
			best_votes = v;
		}
	}
	return best;
}

/* Since when this group has not been of one mind; never in the future, for the clock may
 * have been wrong. */
static int64_t
group_since(const struct certificate_peer *p, size_t n, int64_t wall_s)
{
	int64_t since = wall_s;

	for (size_t i = 0; i < n; i++)
		if (p[i].since_s != 0 && p[i].since_s < since)
			since = p[i].since_s;
	return since;
}

bool
certificates_compare(struct certificate_peer *p, size_t n, int64_t wall_s)
{
	const struct certificate_peer *right = right_one(p, n);
	int64_t since = group_since(p, n, wall_s);

	for (size_t i = 0; i < n; i++)
		if (!p[i].looked &&
		    (p[i].certificate == NULL || p[i].certificate->recalled))
			return false;
	for (size_t i = 0; i < n; i++) {
		if (p[i].certificate == NULL)
			continue; /* it stays what it was when it was last seen */
		p[i].differs = !same(p[i].certificate, right->certificate);
		p[i].from = p[i].differs ? right : NULL;
		p[i].since_s = p[i].differs ? since : 0;
	}
	return true;
}

void
certificates_check_same(const struct certificate_peer *p, int64_t wall_s,
    int64_t renewal_ns, struct finding *renewing, struct finding *differs)
{
	bool late = wall_s - p->since_s >= renewal_ns / NS_PER_S;
	char day[CERTIFICATE_DAY_MAX];

	finding_none(renewing);
	finding_none(differs);
	if (!p->differs)
		return;
	finding_say(late ? differs : renewing,
	    "certificate differs from that of %s (%s key), since %s",
	    p->from->endpoint->member->name,
	    same_key(p->certificate, p->from->certificate) ? "the same" : "another",
	    certificate_day(p->since_s, day));
}
