/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_json - see status_json.h.  The words of boards are written from their tables,
 * so that a field added there is here the same day.
 */
#include "status_json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <edge/certificate.h>
#include <edge/clock.h>
#include <edge/condition.h>

#include "json.h"

#define KEY_MAX  64
#define DATE_MAX 32

enum nature {
	NATURE_STATE,
	NATURE_COUNTER,
	NATURE_GAUGE,
	NATURE_TIME,
	NATURE_DETAIL,
	NATURE_BITS,
	NATURE_DATE,
	NATURE_HASH,
	NATURE_CHAIN
};

struct field {
	const char *word;
	enum nature nature;
	const char *on; /* the letters of rows that carry it */
};

#define FIELD(id, word, nature, on, text) {word, NATURE_##nature, on},
static const struct field health_fields[] = {
#include <edge/tbl/health_fields.h>
};
#define FIELD(id, word, nature, on, text) {word, NATURE_##nature, on},
static const struct field lb_fields[] = {
#include <edge/tbl/lb_fields.h>
};
#define FIELD(id, word, nature, on, text) {word, NATURE_##nature, on},
static const struct field dns_fields[] = {
#include <edge/tbl/dns_fields.h>
};

struct writer {
	struct json json;
	const struct picture *p;
};

/* "octets-in" becomes "octets_in": keys that jq takes without quotes. */
static void
field_key(char *key, const struct field *f, const char *suffix)
{
	int n = snprintf(key, KEY_MAX, "%s%s", f->word, suffix);

	assert(n > 0 && n < KEY_MAX);
	for (char *c = key; *c != '\0'; c++)
		if (*c == '-')
			*c = '_';
}

/* "2026-12-02T10:00:00Z" */
static const char *
date_text(uint64_t wall_s, char date[DATE_MAX])
{
	time_t at = (time_t)wall_s;
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL || strftime(date, DATE_MAX, "%FT%TZ", &tm) == 0)
		date[0] = '\0';
	return date;
}

static void
field_write(struct writer *w, const struct field *f, uint64_t word)
{
	char key[KEY_MAX], date[DATE_MAX];

	switch (f->nature) {
	case NATURE_STATE:
		break; /* taken apart by state_write() */
	case NATURE_COUNTER:
	case NATURE_GAUGE:
	case NATURE_DETAIL:
		field_key(key, f, "");
		json_uint(&w->json, key, word);
		break;
	case NATURE_TIME:
		field_key(key, f, "_age_s");
		if (word == 0)
			json_null(&w->json, key);
		else
			json_seconds(&w->json, key, w->p->now_boot_ns - (int64_t)word);
		break;
	case NATURE_BITS: /* there is one such word */
		field_key(key, f, "");
		json_array(&w->json, key);
		for (enum condition c = 0; c < CONDITIONS; c++)
			if (condition_is_in(word, c))
				json_string(&w->json, NULL, condition_word(c));
		json_end(&w->json);
		break;
	case NATURE_DATE:
		field_key(key, f, "");
		json_string(&w->json, key, word == 0 ? NULL : date_text(word, date));
		break;
	case NATURE_HASH:
		field_key(key, f, "");
		json_id(&w->json, key, word);
		break;
	case NATURE_CHAIN:
		field_key(key, f, "");
		json_string(&w->json, key, chain_word((enum chain)word));
		break;
	}
}

/* An object of the words that rows of kind @on carry; null when there is no row. */
static void
fields_write(struct writer *w, const char *key, const struct field *fields, size_t n,
    char on, bool present, const uint64_t *words)
{
	if (!present) {
		json_null(&w->json, key);
		return;
	}
	json_object(&w->json, key);
	for (size_t i = 0; i < n; i++)
		if (strchr(fields[i].on, on) != NULL)
			field_write(w, &fields[i], words[i]);
	json_end(&w->json);
}

static void
state_write(struct writer *w, const struct state *s)
{
	static const struct {
		unsigned flag;
		const char *word;
	} flags[] = {{STATE_ASSUMED, "assumed"}, {STATE_PANIC, "panic"},
	    {STATE_HELD, "held"}, {STATE_MEMBER_OUT, "member-out"}};
	struct json *j = &w->json;

	json_object(j, "state");
	json_string(j, "summary", state_summary(s));
	json_string(j, "health", health_word(s->health));
	json_string(j, "admin", admin_word(s->admin));
	json_string(j, "takes", use_word(state_use(s)));
	json_string(j, "reason", reason_word(s->reason));
	json_string(j, "reason_text", reason_text(s->reason));
	json_array(j, "flags");
	for (size_t i = 0; i < countof(flags); i++)
		if ((s->flags & flags[i].flag) != 0)
			json_string(j, NULL, flags[i].word);
	json_end(j);
	json_uint(j, "flips", s->flips);
	if (s->since_s == 0)
		json_null(j, "since_age_s");
	else
		json_seconds(
		    j, "since_age_s", w->p->now_boot_ns - (int64_t)s->since_s * NS_PER_S);
	json_end(j);
}

static void
services_write(struct writer *w, uint32_t services)
{
	json_array(&w->json, "services");
	for (unsigned i = 0; i < SERVICES; i++)
		if ((services & (1u << i)) != 0)
			json_string(&w->json, NULL, service_infos[i].word);
	json_end(&w->json);
}

static void
endpoint_write(struct writer *w, const struct picture_endpoint *pe)
{
	const struct endpoint *e = pe->endpoint;
	struct json *j = &w->json;
	char addr[ADDR_TEXT_MAX];

	json_object(j, NULL);
	json_id(j, "id", e->id);
	json_string(j, "full_name", e->full_name);
	json_string(j, "side", side_kind_word(e->side));
	services_write(w, e->services);
	json_string(j, "address", addr_text(&e->addr, addr));
	json_string(
	    j, "public", addr_present(&e->public) ? addr_text(&e->public, addr) : NULL);
	json_uint(j, "port", e->port);
	json_string(j, "protocol", proto_word(e->proto));
	json_string(j, "probe", probe_word(e->service->probe));
	state_write(w, &pe->state);
	json_string(j, "last_reason",
	    pe->has_health
		? reason_word((enum reason)pe->health[HEALTH_FIELD_LAST_REASON])
		: NULL);
	fields_write(w, "health", health_fields, countof(health_fields), 'E',
	    pe->has_health, pe->health);
	fields_write(w, "lb", lb_fields, countof(lb_fields), 'E', pe->has_lb, pe->lb);
	json_end(j);
}

static void
member_write(struct writer *w, const struct picture_member *pm)
{
	const struct member *m = pm->member;
	struct json *j = &w->json;

	json_object(j, NULL);
	json_id(j, "id", m->id);
	json_string(j, "name", m->name);
	json_string(j, "full_name", m->full_name);
	json_string(j, "fqdn", m->fqdn);
	json_uint(j, "weight", m->weight);
	json_bool(j, "backup", m->backup);
	state_write(w, &pm->state);
	json_uint(j, "sessions", pm->sessions);
	json_uint(j, "endpoints_lost", pm->n_lost);
	fields_write(w, "health", health_fields, countof(health_fields), 'M',
	    pm->has_health, pm->health);
	json_array(j, "endpoints");
	for (size_t i = 0; i < pm->n_endpoints; i++)
		endpoint_write(w, &pm->endpoints[i]);
	json_end(j);
	json_end(j);
}

static void
listener_write(struct writer *w, const struct picture_service *ps)
{
	uint64_t status = ps->lb[LB_FIELD_STATUS];
	struct json *j = &w->json;
	char addr[ADDR_TEXT_MAX];

	if (ps->listener == NULL) {
		json_null(j, "listener");
		return;
	}
	json_object(j, "listener");
	json_id(j, "id", ps->listener->id);
	json_string(j, "full_name", ps->listener->full_name);
	json_string(j, "vip", addr_text(&ps->listener->addr, addr));
	json_bool(j, "open", (status & LB_LISTENER_OPEN) != 0);
	json_string(j, "engine",
	    !ps->has_lb                          ? NULL
	    : (status & LB_LISTENER_KERNEL) != 0 ? engine_word(ENGINE_KERNEL)
						 : engine_word(ENGINE_RELAY));
	json_bool(j, "vip_present", ps->has_lb && (status & LB_LISTENER_NO_VIP) == 0);
	json_bool(j, "paused", (status & LB_LISTENER_PAUSED) != 0);
	json_string(j, "vip_view",
	    ps->has_health ? vip_word((enum vip)ps->health[HEALTH_FIELD_VIP]) : NULL);
	fields_write(w, "lb", lb_fields, countof(lb_fields), 'L', ps->has_lb, ps->lb);
	fields_write(w, "health", health_fields, countof(health_fields), 'L',
	    ps->has_health, ps->health);
	json_end(j);
}

static void
service_write(struct writer *w, const struct picture_service *ps)
{
	struct json *j = &w->json;

	json_object(j, NULL);
	json_string(j, "side", side_kind_word(ps->side));
	services_write(w, ps->services);
	json_string(
	    j, "fqdn", ps->service->fqdn != NULL ? ps->service->fqdn : ps->pool->fqdn);
	json_string(j, "family", family_word(ps->family));
	json_uint(j, "port", ps->port);
	json_string(j, "protocol", proto_word(ps->proto));
	json_uint(j, "endpoints_up", ps->n_up);
	json_uint(j, "endpoints_new", ps->n_new);
	json_uint(j, "endpoints_configured", ps->n_endpoints);
	listener_write(w, ps);
	json_array(j, "endpoints");
	for (size_t i = 0; i < ps->n_endpoints; i++)
		json_id(j, NULL, ps->endpoints[i]->endpoint->id);
	json_end(j);
	json_end(j);
}

static void
pool_write(struct writer *w, const struct picture_pool *pp)
{
	const struct pool *pool = pp->pool;
	struct json *j = &w->json;

	json_object(j, NULL);
	json_id(j, "id", pool->id);
	json_string(j, "fqdn", pool->fqdn);
	json_string(j, "product", product_word(pool->product));
	json_string(j, "balancing", balancing_word(pool->sides[SIDE_EXTERNAL].balancing));
	json_string(j, "site", pool->site);
	json_bool(j, "federation_route", pool->federation_route);
	json_array(j, "sip_domains");
	for (size_t i = 0; i < pool->n_sip_domains; i++)
		json_string(j, NULL, pool->sip_domains[i]);
	json_end(j);
	json_uint(j, "members_configured", pp->n_members);
	json_uint(j, "members_up", pp->n_up);
	json_uint(j, "sessions", pp->sessions);
	fields_write(w, "health", health_fields, countof(health_fields), 'P',
	    pp->has_health, pp->health);
	json_array(j, "services");
	for (size_t i = 0; i < pp->n_services; i++)
		service_write(w, &pp->services[i]);
	json_end(j);
	json_array(j, "members");
	for (size_t i = 0; i < pp->n_members; i++)
		member_write(w, &pp->members[i]);
	json_end(j);
	json_end(j);
}

static void
daemon_write(struct writer *w, const struct picture_daemon *d)
{
	bool known = d->board == BOARD_FRESH || d->board == BOARD_STALE;
	struct json *j = &w->json;

	json_object(j, NULL);
	json_string(j, "name", daemon_word(d->daemon));
	json_bool(j, "needed", d->needed);
	json_bool(j, "listening", d->listening);
	json_string(j, "board", board_condition_word(d->board));
	if (known) {
		json_seconds(j, "heartbeat_age_s", d->beat_age_ns);
		json_seconds(j, "uptime_s", d->up_ns);
		json_id(j, "configuration_hash", d->conf_hash);
		json_bool(j, "configuration_current", d->conf_same);
	} else {
		json_null(j, "heartbeat_age_s");
		json_null(j, "uptime_s");
		json_null(j, "configuration_hash");
		json_null(j, "configuration_current");
	}
	json_end(j);
}

static void
head_write(struct writer *w)
{
	const struct picture *p = w->p;
	struct json *j = &w->json;
	char date[DATE_MAX];

	json_uint(j, "format", STATUS_JSON_FORMAT);
	json_string(j, "version", EDGE_VERSION);
	json_string(j, "time", date_text((uint64_t)p->now_wall_s, date));
	json_string(j, "instance", p->model->instance);
	json_string(j, "configuration", p->model->path);
	json_id(j, "configuration_hash", p->model->hash);
	json_bool(j, "current", picture_is_current(p));
	json_uint(j, "members_configured", p->n_members);
	json_uint(j, "members_up", p->n_members_up);
	json_uint(j, "sessions", p->sessions);
}

void
status_json(const struct picture *p, const char *pool, struct sbuf *out)
{
	struct writer w = {.p = p};
	struct json *j = &w.json;

	json_init(j, out);
	json_object(j, NULL);
	head_write(&w);
	json_array(j, "daemons");
	for (int i = 0; i < DAEMONS; i++)
		daemon_write(&w, &p->daemons[i]);
	json_end(j);
	fields_write(&w, "lb", lb_fields, countof(lb_fields), 'S', p->has_lb, p->lb);
	fields_write(&w, "dns", dns_fields, countof(dns_fields), 'S', p->has_dns, p->dns);
	json_uint(j, "dns_zones", p->n_zones);
	json_uint(j, "dns_records", p->dns[DNS_FIELD_RECORDS]);
	json_uint(j, "dns_withdrawn", p->dns[DNS_FIELD_WITHDRAWN]);
	json_array(j, "pools");
	for (size_t i = 0; i < p->model->n_pools; i++)
		if (pool == NULL || strcmp(pool, p->pools[i].pool->fqdn) == 0)
			pool_write(&w, &p->pools[i]);
	json_end(j);
	json_end(j);
}
