/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certificate_watch - facts in, conditions and words out.
 *
 * Nothing here changes a state.  A restarted prober finds its conditions on the board and
 * leaves them until it has asked.  Who shows nothing then is judged by what was seen
 * before: dates, heads of the digests, and since when members differ stand there, too.
 */
#include "certificate_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/clock.h>

#include "pool_watch.h"

static struct certificate_seen *
seen_of(const struct pool_watch *w, const struct target *t)
{
	return &w->certificates.seen[t - w->targets];
}

static bool
shows_certificate(const struct target *t)
{
	return probe_kinds[t->question.kind].tls;
}

/* Since this prober began. */
static bool
was_asked(const struct target *t)
{
	return t->last.reason != REASON_NONE;
}

int
certificate_watch_init(struct pool_watch *w)
{
	struct certificate_watch *c = &w->certificates;

	c->seen = calloc(w->n_targets + 1, sizeof *c->seen);
	c->peers = calloc(w->n_targets + 1, sizeof *c->peers);
	if (c->seen == NULL || c->peers == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < w->n_targets; i++)
		w->targets[i].question.certificate = &c->seen[i].facts;
	c->fresh = true;
	return 0;
}

void
certificate_watch_fini(struct pool_watch *w)
{
	struct certificate_watch *c = &w->certificates;

	for (size_t i = 0; c->seen != NULL && i < w->n_targets; i++)
		certificate_fini(&c->seen[i].facts);
	free(c->seen);
	free(c->peers);
}

void
certificate_watch_inherit(struct target *to, struct target *from)
{
	struct certificate *facts = to->question.certificate;

	if (!shows_certificate(to))
		return;
	certificate_move(facts, from->question.certificate);
	facts->looked_s = 0; /* who is trusted may have changed: look again */
}

/* --- words and conditions --------------------------------------------------------------
 */

static const enum condition of_certificates[] = {CONDITION_CERT_EXPIRING,
    CONDITION_CERT_EXPIRED, CONDITION_CERT_NOT_YET_VALID, CONDITION_CERT_UNTRUSTED,
    CONDITION_CERT_NAME, CONDITION_CERT_WILDCARD, CONDITION_CERT_RENEWING,
    CONDITION_CERT_DIFFERS, CONDITION_CERT_WEAK, CONDITION_OLD_TLS};

static const enum health_field words_of_certificates[] = {HEALTH_FIELD_CERT_FROM,
    HEALTH_FIELD_CERT_UNTIL, HEALTH_FIELD_CERT_SEEN, HEALTH_FIELD_CERT_SHA256,
    HEALTH_FIELD_CERT_KEY, HEALTH_FIELD_CERT_CHAIN, HEALTH_FIELD_CERT_APART,
    HEALTH_FIELD_TLS_VERSION};

/* Nobody looks at certificates here any more. */
static void
forget(struct pool_watch *w, const struct target *t)
{
	for (size_t i = 0; i < countof(of_certificates); i++)
		conditions_set(w, t, of_certificates[i], false, NULL);
	for (size_t i = 0; i < countof(words_of_certificates); i++)
		board_store(w->publish->board, t->row, words_of_certificates[i], 0);
}

static void
tell(struct pool_watch *w, const struct target *t, enum condition c,
    const struct finding *f)
{
	conditions_set(w, t, c, f->holds, f->holds ? f->text : NULL);
}

/* As it is written: the first octet is the highest. */
static uint64_t
head_of(const uint8_t digest[CERTIFICATE_SHA256])
{
	uint64_t word = 0;

	for (int i = 0; i < CERTIFICATE_HEAD; i++)
		word = word << 8 | digest[i];
	return word;
}

static void
head_to(uint64_t word, uint8_t digest[CERTIFICATE_SHA256])
{
	for (int i = CERTIFICATE_HEAD; i-- > 0; word >>= 8)
		digest[i] = (uint8_t)word;
}

/* store_words() of the prober before. */
static void
recall(const struct pool_watch *w, const struct target *t)
{
	struct certificate *c = &seen_of(w, t)->facts;
	const struct board *b = w->publish->board;

	if (board_load(b, t->row, HEALTH_FIELD_CERT_SEEN) == 0)
		return;
	c->recalled = true;
	c->not_before_s = (int64_t)board_load(b, t->row, HEALTH_FIELD_CERT_FROM);
	c->not_after_s = (int64_t)board_load(b, t->row, HEALTH_FIELD_CERT_UNTIL);
	head_to(board_load(b, t->row, HEALTH_FIELD_CERT_SHA256), c->sha256);
	head_to(board_load(b, t->row, HEALTH_FIELD_CERT_KEY), c->key_sha256);
}

static void
store_words(struct pool_watch *w, const struct target *t, const struct certificate *c)
{
	struct board *b = w->publish->board;

	board_store(b, t->row, HEALTH_FIELD_CERT_FROM, (uint64_t)c->not_before_s);
	board_store(b, t->row, HEALTH_FIELD_CERT_UNTIL, (uint64_t)c->not_after_s);
	board_store(b, t->row, HEALTH_FIELD_CERT_SEEN, (uint64_t)c->looked_s);
	board_store(b, t->row, HEALTH_FIELD_CERT_SHA256, head_of(c->sha256));
	board_store(b, t->row, HEALTH_FIELD_CERT_KEY, head_of(c->key_sha256));
	board_store(b, t->row, HEALTH_FIELD_CERT_CHAIN, c->chain);
}

/* What does not depend on the time of day. */
static void
judge(struct pool_watch *w, const struct target *t)
{
	struct certificate_seen *s = seen_of(w, t);
	struct finding missing, wildcard, untrusted;

	certificates_check_names(t->endpoint, &s->facts, &missing, &wildcard);
	certificates_check_chain(t->endpoint, &s->facts, &untrusted);
	tell(w, t, CONDITION_CERT_NAME, &missing);
	tell(w, t, CONDITION_CERT_WILDCARD, &wildcard);
	tell(w, t, CONDITION_CERT_UNTRUSTED, &untrusted);
	conditions_set(w, t, CONDITION_CERT_WEAK, s->facts.weak, NULL);
	s->looked_s = s->facts.looked_s;
	memcpy(s->sha256, s->facts.sha256, sizeof s->sha256);
	w->certificates.fresh = true;
}

static void
judge_dates(struct pool_watch *w, const struct target *t, int64_t wall_s)
{
	struct finding early, expiring, expired;

	certificates_check_dates(&seen_of(w, t)->facts, wall_s,
	    t->conf->expiry_warning_ns, &early, &expiring, &expired);
	tell(w, t, CONDITION_CERT_NOT_YET_VALID, &early);
	tell(w, t, CONDITION_CERT_EXPIRING, &expiring);
	tell(w, t, CONDITION_CERT_EXPIRED, &expired);
}

/* Members refuse who shows a certificate that has ended, and all of them at once: nobody
 * would look for the cause here. */
static void
judge_own(struct pool_watch *w, int64_t wall_s)
{
	struct finding early, expiring, expired;
	struct certificate own = {0};
	int64_t warning_ns = 0;
	char what[FINDING_TEXT_MAX];

	for (size_t i = 0; i < w->n_targets; i++) {
		const struct target *t = &w->targets[i];
		int64_t until = !shows_certificate(t) || t->question.tls == NULL
				    ? 0
				    : tls_context_until(t->question.tls);

		if (until == 0 || (own.not_after_s != 0 && own.not_after_s <= until))
			continue;
		own.not_after_s = until;
		warning_ns = t->conf->expiry_warning_ns;
	}
	certificates_check_dates(&own, wall_s, warning_ns, &early, &expiring, &expired);
	snprintf(what, sizeof what, "the prober's own client %.400s",
	    expired.holds ? expired.text : expiring.text);
	conditions_set_pool(w, CONDITION_PROBER_CERT, expired.holds || expiring.holds,
	    expired.holds || expiring.holds ? what : NULL);
}

/* --- the same on all members -----------------------------------------------------------
 */

static size_t
gather(struct pool_watch *w, const struct service *service)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_targets; i++) {
		const struct target *t = &w->targets[i];
		const struct certificate *facts = &seen_of(w, t)->facts;

		if (t->endpoint->service != service || !shows_certificate(t))
			continue;
		w->certificates.peers[n++] = (struct certificate_peer){
		    .endpoint = t->endpoint,
		    .certificate = facts->known || facts->recalled ? facts : NULL,
		    .looked = was_asked(t),
		    .since_s = (int64_t)board_load(
			w->publish->board, t->row, HEALTH_FIELD_CERT_APART),
		};
	}
	return n;
}

static void
tell_peer(struct pool_watch *w, const struct certificate_peer *p, int64_t wall_s)
{
	const struct target *t = &w->targets[p->endpoint - w->pool->endpoints];
	struct finding renewing, differs;

	if (p->certificate == NULL)
		return;
	board_store(
	    w->publish->board, t->row, HEALTH_FIELD_CERT_APART, (uint64_t)p->since_s);
	certificates_check_same(p, wall_s, t->conf->renewal_ns, &renewing, &differs);
	tell(w, t, CONDITION_CERT_RENEWING, &renewing);
	tell(w, t, CONDITION_CERT_DIFFERS, &differs);
	w->certificates.apart = w->certificates.apart || p->differs;
}

static void
compare_all(struct pool_watch *w, int64_t wall_s)
{
	w->certificates.fresh = w->certificates.apart = false;
	for (unsigned s = 0; s < SERVICES; s++) {
		size_t n = gather(w, &w->pool->services[s]);

		if (!certificates_compare(w->certificates.peers, n, wall_s)) {
			w->certificates.fresh = true; /* somebody is still to come */
			continue;
		}
		for (size_t i = 0; i < n; i++)
			tell_peer(w, &w->certificates.peers[i], wall_s);
	}
}

/* --- what happens ----------------------------------------------------------------------
 */

void
certificate_watch_attach(struct pool_watch *w)
{
	for (size_t i = 0; i < w->n_targets; i++) {
		const struct target *t = &w->targets[i];

		if (!shows_certificate(t))
			forget(w, t);
		else if (seen_of(w, t)->facts.known)
			judge(w, t);
		else
			recall(w, t);
	}
	certificate_watch_beat(w, clock_wall_s());
}

void
certificate_watch_outcome(struct pool_watch *w, const struct target *t)
{
	struct certificate_seen *s = seen_of(w, t);
	int version = t->last.tls.version;

	if (!shows_certificate(t))
		return;
	if (version != 0) {
		board_store(w->publish->board, t->row, HEALTH_FIELD_TLS_VERSION,
		    (uint64_t)version);
		conditions_set(w, t, CONDITION_OLD_TLS, version < TLS_1_2, NULL);
	}
	if (!s->facts.known ||
	    (s->looked_s == s->facts.looked_s &&
		memcmp(s->sha256, s->facts.sha256, sizeof s->sha256) == 0))
		return;
	judge(w, t);
	judge_dates(w, t, s->facts.looked_s);
	store_words(w, t, &s->facts);
}

void
certificate_watch_beat(struct pool_watch *w, int64_t wall_s)
{
	for (size_t i = 0; i < w->n_targets; i++) {
		const struct target *t = &w->targets[i];
		const struct certificate *facts = &seen_of(w, t)->facts;

		if (facts->known || (facts->recalled && was_asked(t)))
			judge_dates(w, t, wall_s);
	}
	judge_own(w, wall_s);
	if (w->certificates.fresh || w->certificates.apart)
		compare_all(w, wall_s);
}

const struct certificate *
certificate_watch_facts(const struct pool_watch *w, const struct target *t)
{
	return &seen_of(w, t)->facts;
}
