/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_certificate - see probe_certificate.h.
 */
#include "probe_certificate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <edge/condition.h>

#include "shown.h"

static void
tell_names(struct told *t, const struct certificate *c)
{
	char text[TOLD_VALUE_MAX];
	size_t at = 0;
	unsigned told = 0;

	text[0] = '\0';
	for (const char *n = certificate_name_first(c); n != NULL;
	     n = certificate_name_next(c, n)) {
		if (at + strlen(n) + 24 > sizeof text)
			break;
		at += (size_t)snprintf(
		    text + at, sizeof text - at, "%s%s", told == 0 ? "" : ", ", n);
		told++;
	}
	if (told < c->n_names || c->cut)
		snprintf(text + at, sizeof text - at, " and %s%u more",
		    c->cut ? "over " : "", c->n_names - told);
	told_fact(t, "names", "%s", c->n_names == 0 ? "none" : text);
	if (c->odd)
		told_fact(
		    t, "odd", "there are names with octets no name has: passed over");
}

static void
tell_dates(struct told *t, const struct certificate *c, int64_t wall_s)
{
	char from[CERTIFICATE_DAY_MAX], until[CERTIFICATE_DAY_MAX];
	int64_t days = certificate_days(c->not_after_s, wall_s);

	certificate_day(c->not_before_s, from);
	certificate_day(c->not_after_s, until);
	if (c->not_after_s != 0 && wall_s >= c->not_after_s)
		told_fact(t, "valid", "%s to %s: it has ended", from, until);
	else if (wall_s < c->not_before_s)
		told_fact(t, "valid", "%s to %s: not yet", from, until);
	else
		told_fact(t, "valid", "%s to %s, %" PRId64 " day%s left", from, until,
		    days, days == 1 ? "" : "s");
}

void
probe_certificate_tell(struct told *t, const struct probe_aim *aim,
    const struct certificate *c, int64_t wall_s)
{
	const char *ca = aim->health.tls.ca;
	struct finding findings[PROBE_FINDINGS_MAX];
	size_t n = probe_certificate_findings(aim, c, wall_s, findings);
	char digest[2 * CERTIFICATE_SHA256 + 1];

	told_fact(t, "issuer", "%s", c->issuer);
	tell_names(t, c);
	tell_dates(t, c, wall_s);
	told_fact(t, "SHA-256", "%s",
	    shown_hex(c->sha256, sizeof c->sha256, digest, sizeof digest));
	told_fact(t, "key-SHA-256", "%s",
	    shown_hex(c->key_sha256, sizeof c->key_sha256, digest, sizeof digest));
	told_fact(t, "chain", "%s (asked: %s)", chain_word(c->chain),
	    ca == NULL ? "this system's issuers" : ca);
	for (size_t i = 0; i < n; i++)
		told_fact(t, "wrong", "%s", findings[i].text);
}

/* The check that is possible without knowing whose it is. */
static void
check_name(const struct probe_aim *aim, const struct certificate *c,
    struct finding *missing, struct finding *wildcard)
{
	const char *name = aim->question.name;

	missing->holds = wildcard->holds = false;
	if (name == NULL || certificate_has_name(c, name) || c->cut)
		return;
	if (certificate_has_wildcard_for(c, name)) {
		wildcard->holds = true;
		snprintf(wildcard->text, sizeof wildcard->text,
		    "certificate has only a wildcard for %s", name);
	} else {
		missing->holds = true;
		snprintf(
		    missing->text, sizeof missing->text, "certificate lacks %s", name);
	}
}

size_t
probe_certificate_findings(const struct probe_aim *aim, const struct certificate *c,
    int64_t wall_s, struct finding findings[PROBE_FINDINGS_MAX])
{
	struct finding all[PROBE_FINDINGS_MAX] = {0};
	size_t n = 0;

	if (aim->placed) {
		certificates_check_names(&aim->place, c, &all[0], &all[1]);
		certificates_check_chain(&aim->place, c, &all[2]);
	} else {
		check_name(aim, c, &all[0], &all[1]);
	}
	certificates_check_dates(
	    c, wall_s, aim->health.expiry_warning_ns, &all[3], &all[4], &all[5]);
	all[6].holds = c->weak;
	snprintf(
	    all[6].text, sizeof all[6].text, "%s", condition_text(CONDITION_CERT_WEAK));
	for (size_t i = 0; i < PROBE_FINDINGS_MAX; i++)
		if (all[i].holds)
			findings[n++] = all[i];
	return n;
}
