/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNSLB_NAMES_H
#define DNSLB_NAMES_H

/*
 * names - rules about names: what they may hold, which zone they belong to, where an SRV
 * record points.
 *
 * Pure.  Names are text in lower case without the final dot; zone_text.c adds it.
 */
#include <stdbool.h>
#include <stddef.h>

#include <edge/model.h>

/* The three services that are found by SRV record. */
struct srv_rule {
	enum service_kind kind;
	const char *prefix; /* "_sip._tls" */
};
#define SRV_RULES 3
extern const struct srv_rule srv_rules[SRV_RULES];

/* Letters, digits, hyphens, underscores; labels of 1 to 63, in all at most 253. */
bool name_is_plain(const char *name);
/* True for @domain itself and everything below it. */
bool name_is_inside(const char *name, const char *domain);

/* The FQDN of an enabled external service; federation and XMPP share the access name
 * unless they have their own. */
const char *service_fqdn(const struct pool *p, enum service_kind kind);
/* The SRV target of a service for SIP domain @domain, when it is not "sip.DOMAIN";
 * NULL when it is. */
const char *srv_target(const struct pool *p, enum service_kind kind, const char *domain);

struct zone_finder;

/* Finds zones for names of one view.  NULL without memory.  Borrows the model. */
struct zone_finder *zone_finder_new(const struct model *m, const struct dns_view *view);
void zone_finder_free(struct zone_finder **pf);
/* The zone of @name: the longest zone of the view's targets that contains it, else the
 * longest SIP domain, else its parent domain.  Points into the model or into @name. */
const char *zone_finder_find(const struct zone_finder *f, const char *name);

#endif
