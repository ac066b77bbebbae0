/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certificate_report - see certificate_report.h.
 */
#include "certificate_report.h"

#include <inttypes.h>

#include <edge/certificate.h>

static void
write_digest(struct sbuf *to, const char *key, const uint8_t digest[CERTIFICATE_SHA256])
{
	sbuf_addf(to, " %s=", key);
	for (size_t i = 0; i < CERTIFICATE_SHA256; i++)
		sbuf_addf(to, "%02x", digest[i]);
}

/* In quotes that a stranger's text cannot end. */
static void
write_text(struct sbuf *to, const char *key, const char *text)
{
	sbuf_addf(to, " %s=\"", key);
	for (; *text != '\0'; text++)
		sbuf_add(to, *text == '"' ? "'" : text, 1);
	sbuf_add(to, "\"", 1);
}

static void
write_names(struct sbuf *to, const struct certificate *c)
{
	const char *between = "";

	sbuf_addf(to, " names=\"");
	for (const char *n = certificate_name_first(c); n != NULL;
	     n = certificate_name_next(c, n)) {
		sbuf_addf(to, "%s%s", between, n);
		between = " ";
	}
	sbuf_addf(to, "%s\"%s", c->cut ? " ..." : "", c->odd ? " odd=yes" : "");
}

static void
write_facts(struct sbuf *to, const struct certificate *c, int64_t wall_s)
{
	char from[CERTIFICATE_DAY_MAX], until[CERTIFICATE_DAY_MAX];

	sbuf_addf(to, " from=%s until=%s", certificate_day(c->not_before_s, from),
	    certificate_day(c->not_after_s, until));
	if (c->not_after_s != 0)
		sbuf_addf(to, " days=%" PRId64, certificate_days(c->not_after_s, wall_s));
	sbuf_addf(to, " chain=%s", chain_word(c->chain));
	write_digest(to, "sha256", c->sha256);
	write_digest(to, "key-sha256", c->key_sha256);
	write_text(to, "subject", c->subject);
	write_text(to, "issuer", c->issuer);
	write_names(to, c);
}

static void
write_target(
    const struct pool_watch *w, const struct target *t, int64_t wall_s, struct sbuf *to)
{
	const struct certificate *c = certificate_watch_facts(w, t);
	char services[SERVICES_TEXT_MAX], at[ADDR_PORT_TEXT_MAX];
	const struct endpoint *e = t->endpoint;

	if (!c->known)
		return;
	sbuf_addf(to, "certificate %s %s %s %s", e->member->full_name,
	    side_kind_word(e->side),
	    services_text(e->services, services, sizeof services),
	    addr_port_text(&e->addr, e->port, at));
	write_facts(to, c, wall_s);
	conditions_write(w, t->row, to);
	sbuf_addf(to, "\n");
}

void
certificate_report(
    const struct prober *p, const struct member *only, int64_t wall_s, struct sbuf *to)
{
	for (size_t i = 0; i < p->n_pools; i++) {
		const struct pool_watch *w = p->pools[i];

		for (size_t k = 0; k < w->n_targets; k++)
			if (only == NULL || w->targets[k].endpoint->member == only)
				write_target(w, &w->targets[k], wall_s, to);
	}
}
