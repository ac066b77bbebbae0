/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_rules_engines - what the kernel engine cannot do: an error where it was written
 * out for it, a note where only a default differs.
 *
 * Keys of lb are for all services, so they are an error only where no service is left
 * that they could mean.  "auto" never is: conf_build.c says what keeps it on the relay
 * (relay_because), and here it is told.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf_rules.h"

/* A key that means nothing to the kernel engine. */
struct relay_key {
	const char *group; /* below lb; NULL: lb itself */
	const char *key;
	const char *why;
};

static const char no_queue[] =
    "has no queue: what exceeds rate_per_member is dropped, and the client repeats it";
static const char no_sources[] = "does not count the sessions of one client address";
static const char no_sockets[] =
    "opens no connection of its own: the client itself speaks with the member";

/* Of a service's limits, and of lb.limits. */
static const struct relay_key limit_keys[] = {
    {"limits", "queue", no_queue},
    {"limits", "queue_timeout", no_queue},
    {"limits", "sessions_per_source", no_sources},
    {"limits", "rate_per_source", no_sources},
};

static const struct relay_key lb_keys[] = {
    {NULL, "connect_timeout", no_sockets},
    {NULL, "connect_retries", no_sockets},
    {NULL, "keepalive", no_sockets},
    {NULL, "user_timeout", no_sockets},
    {NULL, "sessions",
	"holds no descriptors: lb.kernel.flows is the number of its sessions"},
    {"log", "sessions", "writes no log of sessions"},
};

/* Where a service's engine was written: with it, or for all. */
static const config_setting_t *
engine_at(const struct conf_rules *r, enum service_kind kind)
{
	const config_setting_t *g = r->c->services[kind];

	return conf_load_line(
	    conf_load_written(g, "engine") ? g : conf_load_valid(r->l->root, "lb"),
	    "engine");
}

/* Written, and not just 0, which for all of them but the queue is "off". */
static bool
is_wanted(const config_setting_t *g, const struct relay_key *k)
{
	const config_setting_t *s = conf_load_valid(g, k->key);
	bool zero = s != NULL && config_setting_is_number(s) == CONFIG_TRUE &&
		    config_setting_get_int(s) == 0 && config_setting_get_float(s) == 0;

	return conf_load_written(g, k->key) && (!zero || k->why == no_queue);
}

/* --- one service --- */

static void
refuse_written(const struct conf_rules *r, enum service_kind kind, const char *name)
{
	const struct service *s = &r->p->services[kind];
	const config_setting_t *g = r->c->services[kind];
	const config_setting_t *limits = conf_load_valid(g, "limits");

	if (s->algorithm != ALGORITHM_SOURCE_HASH)
		conf_rules_error(r->l, conf_load_line(g, "algorithm"),
		    "%s: %s: the kernel engine cannot balance by %s; write algorithm = "
		    "\"source-hash\", or engine = \"relay\"",
		    r->name, name, algorithm_word(s->algorithm));
	if (s->source == SOURCE_REPLACE)
		conf_rules_error(r->l, conf_load_line(g, "source"),
		    "%s: %s: the kernel engine cannot replace the client's address; "
		    "write source = \"keep\", or engine = \"relay\"",
		    r->name, name);
	for (size_t i = 0; i < countof(limit_keys); i++)
		if (is_wanted(limits, &limit_keys[i]))
			conf_rules_error(r->l, conf_load_line(limits, limit_keys[i].key),
			    "%s: %s: limits.%s: the kernel engine %s; remove it, or "
			    "write engine = \"relay\"",
			    r->name, name, limit_keys[i].key, limit_keys[i].why);
}

/* What is told of services: one note for all that one line makes what they are. */
struct remark {
	const config_setting_t *at;
	char what[300];
	char names[240]; /* "external.access, internal.sip" */
};

struct remarks {
	struct remark list[SERVICES];
	size_t n;
};

static void edge_printf(4, 5) remark(struct remarks *to, const config_setting_t *at,
    const char *name, const char *format, ...)
{
	struct remark now = {.at = at}, *same = to->list;
	size_t length;
	va_list ap;

	va_start(ap, format);
	vsnprintf(now.what, sizeof now.what, format, ap);
	va_end(ap);
	while (same < to->list + to->n &&
	       (same->at != at || strcmp(same->what, now.what) != 0))
		same++;
	if (same == to->list + to->n)
		to->list[to->n++] = now;
	length = strlen(same->names);
	/* av's two services have one name. */
	if (length >= strlen(name) &&
	    strcmp(same->names + length - strlen(name), name) == 0)
		return;
	snprintf(same->names + length, sizeof same->names - length, "%s%s",
	    length > 0 ? ", " : "", name);
}

static void
tell_remarks(const struct conf_rules *r, const struct remarks *from)
{
	for (size_t i = 0; i < from->n; i++)
		conf_load_say(r->l, from->list[i].at, DIAG_NOTE, 0, "%s: %s: %s", r->name,
		    from->list[i].names, from->list[i].what);
}

/* Once for a group: of its TCP service, as av has two. */
static void
note_defaults(const struct conf_rules *r, enum service_kind kind, const char *name,
    struct remarks *to)
{
	const config_setting_t *g = r->c->services[kind];

	if (service_infos[kind].proto == PROTO_TCP)
		remark(to, engine_at(r, kind), name,
		    "engine = \"kernel\": %s%sno connect_retries, no limits.queue and no "
		    "keepalive",
		    conf_load_written(g, "algorithm") ? ""
						      : "algorithm is \"source-hash\", ",
		    conf_load_written(g, "source")
			? ""
			: "source is \"keep\" (the members' way back leads through "
			  "this host), ");
}

static void
note_auto(const struct conf_rules *r, enum service_kind kind, const char *name,
    struct remarks *to)
{
	const struct service *s = &r->p->services[kind];

	if (s->relay_because != NULL)
		remark(to, engine_at(r, kind), name,
		    "engine = \"auto\": the relay serves it, because %s",
		    s->relay_because);
	else if (service_infos[kind].proto == PROTO_TCP)
		remark(to, engine_at(r, kind), name,
		    "engine = \"auto\": the kernel engine where this host can, with "
		    "algorithm = \"source-hash\", no connect_retries, no limits.queue "
		    "and "
		    "no keepalive; else the relay, with algorithm = \"%s\"",
		    algorithm_word(s->algorithm));
}

/* One listener with access, whose settings count. */
static bool
is_of_access(const struct conf_rules *r, enum service_kind kind)
{
	const struct service *access = &r->p->services[SERVICE_ACCESS];
	const struct service *s = &r->p->services[kind];

	return kind == SERVICE_FEDERATION && s->port == access->port &&
	       memcmp(&access->vip, &s->vip, sizeof s->vip) == 0;
}

/* Two VIPs that lead to one port of one address of a member: its answers do not tell
 * which of them they belong to, and the kernel engine has nothing else to go by. */
static void
check_one_listener(const struct conf_rules *r)
{
	const struct service *access = &r->p->services[SERVICE_ACCESS];
	const struct service *federation = &r->p->services[SERVICE_FEDERATION];

	if (!r->hardware || !federation->enabled || access->port != federation->port ||
	    access->engine != ENGINE_KERNEL || federation->engine != ENGINE_KERNEL)
		return;
	for (int f = 0; f < FAMILIES; f++)
		if (addr_present(&access->vip.at[f]) &&
		    addr_present(&federation->vip.at[f]) &&
		    !addr_equal(&access->vip.at[f], &federation->vip.at[f])) {
			conf_rules_error(r->l,
			    conf_rules_at(r, SERVICE_FEDERATION, "vip"),
			    "%s: access and federation go to port %u of the same member "
			    "addresses from two vips, and by a member's answer the "
			    "kernel engine cannot tell which of them it belongs to; give "
			    "federation the vip of access, or write engine = \"relay\" "
			    "in one of them",
			    r->name, access->port);
			return;
		}
}

void
conf_rules_engines(struct conf_rules *r)
{
	struct remarks remarks = {.n = 0};

	for (int i = 0; r->hardware && i < SERVICES; i++) {
		enum service_kind kind = (enum service_kind)i;
		const struct service_info *info = &service_infos[kind];
		char name[64];

		if (!r->p->services[kind].enabled || is_of_access(r, kind))
			continue;
		snprintf(
		    name, sizeof name, "%s.%s", side_kind_word(info->side), info->group);
		switch (r->p->services[kind].engine) {
		case ENGINE_RELAY:
		case ENGINES:
			break;
		case ENGINE_KERNEL:
			refuse_written(r, kind, name);
			note_defaults(r, kind, name, &remarks);
			break;
		case ENGINE_AUTO:
			note_auto(r, kind, name, &remarks);
			break;
		}
	}
	tell_remarks(r, &remarks);
	check_one_listener(r);
}

/* --- all services --- */

struct served {
	bool kernel, relay; /* some service is the kernel engine's; may be the relay's */
};

static struct served
who_serves(const struct model *m)
{
	struct served ret = {0};

	for (size_t i = 0; i < m->n_pools; i++) {
		for (int k = 0; k < SERVICES; k++) {
			const struct service *s = &m->pools[i].services[k];
			enum side_kind side = service_infos[k].side;

			if (!s->enabled ||
			    m->pools[i].sides[side].balancing != BALANCING_HARDWARE)
				continue;
			if (s->engine == ENGINE_KERNEL)
				ret.kernel = true;
			else
				ret.relay = true;
		}
	}
	return ret;
}

static void
check_lb_key(struct conf_load *l, const struct relay_key *k, bool relay)
{
	const config_setting_t *lb = conf_load_valid(l->root, "lb");
	const config_setting_t *g = k->group != NULL ? conf_load_valid(lb, k->group) : lb;
	const char *group = k->group != NULL ? k->group : "";
	const char *dot = k->group != NULL ? "." : "";

	if (!is_wanted(g, k))
		return;
	if (relay)
		conf_load_say(l, conf_load_line(g, k->key), DIAG_NOTE, 0,
		    "lb.%s%s%s is not for services with engine = \"kernel\": it %s",
		    group, dot, k->key, k->why);
	else
		conf_rules_error(l, conf_load_line(g, k->key),
		    "lb.%s%s%s: every service has engine = \"kernel\", and the kernel "
		    "engine %s; remove it, or write engine = \"relay\" in the services "
		    "it is for",
		    group, dot, k->key, k->why);
}

void
conf_rules_lb(struct conf_load *l)
{
	struct served by = who_serves(l->model);

	if (!by.kernel)
		return;
	for (size_t i = 0; i < countof(limit_keys); i++)
		check_lb_key(l, &limit_keys[i], by.relay);
	for (size_t i = 0; i < countof(lb_keys); i++)
		check_lb_key(l, &lb_keys[i], by.relay);
}
