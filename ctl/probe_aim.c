/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_aim - see probe_aim.h.
 */
#include "probe_aim.h"

#include <stdio.h>

#include <edge/base.h>

#include "probe_words.h"
#include "question.h"

struct search {
	const struct model *model;
	const struct health_conf *defaults;
	const struct probe_wish *wish;
	struct probe_words wanted;
	struct probe_aims *aims;
	enum probe speechless; /* it would not know what to say */
};

/* --- the questions ---------------------------------------------------------------------
 */

/* What the command line says goes before everything. */
static void
overrule(struct probe_aim *aim, const struct probe_wish *wish)
{
	struct probe_question *q = &aim->question;
	struct tls_conf *tls = &aim->health.tls;

	if (wish->name != NULL)
		q->name = wish->name;
	if (wish->domain != NULL)
		q->domain = wish->domain;
	if (addr_present(&wish->source))
		q->source = wish->source;
	if (wish->timeout_ns > 0) {
		q->timeout_ns = wish->timeout_ns;
		if (q->connect_timeout_ns > wish->timeout_ns ||
		    probe_kinds[q->kind].proto == PROTO_UDP)
			q->connect_timeout_ns = wish->timeout_ns;
	}
	if (wish->send != NULL)
		q->send = wish->send;
	if (wish->expect != NULL)
		q->expect = wish->expect;
	if (wish->certificate != NULL) {
		tls->certificate = wish->certificate;
		tls->key = wish->key;
	}
	if (wish->ca != NULL)
		tls->ca = wish->ca;
}

static struct probe_aim *
next_aim(struct search *s)
{
	struct probe_aims *aims = s->aims;

	return aims->n < PROBE_AIMS_MAX ? &aims->at[aims->n] : NULL;
}

static void
take(struct search *s, struct probe_aim *aim)
{
	overrule(aim, s->wish);
	if ((aim->question.kind == PROBE_UDP &&
		(aim->question.send == NULL || aim->question.expect == NULL)) ||
	    (aim->question.kind == PROBE_SIP_REGISTER && aim->question.domain == NULL) ||
	    (aim->question.kind == PROBE_EXEC && !aim->placed))
		s->speechless = aim->question.kind;
	else
		s->aims->n++;
}

/* Asked by hand, what is not probed is probed as its service usually is. */
static void
add_endpoint(struct search *s, const struct endpoint *e, const char *whose)
{
	struct probe_aim *aim = next_aim(s);
	char services[SERVICES_TEXT_MAX];

	if (aim == NULL)
		return;
	*aim =
	    (struct probe_aim){.place = *e, .placed = true, .health = e->service->health};
	question_compose(&aim->question, e, NULL);
	if (s->wanted.kind != PROBE_NONE)
		aim->question.kind = s->wanted.kind;
	else if (aim->question.kind == PROBE_NONE)
		aim->question.kind = service_infos[e->service->kind].probe;
	snprintf(aim->title, sizeof aim->title, "%.90s %s%s",
	    whose == NULL ? e->member->full_name : whose,
	    e->side == SIDE_INTERNAL ? "internal " : "",
	    services_text(e->services, services, sizeof services));
	take(s, aim);
}

static bool
is_meant(const struct search *s, const struct endpoint *e, bool by_port)
{
	const struct probe_words *w = &s->wanted;
	bool here =
	    w->member != NULL ? e->member == w->member : addr_equal(&e->addr, &w->addr);

	if (!here || (w->side >= 0 && (int)e->side != w->side) ||
	    (w->port != 0 && e->port != w->port))
		return false;
	if (w->kind == PROBE_NONE)
		return (e->services & w->services) != 0;
	return by_port ? w->port != 0 && probe_fits(w->kind, e->proto)
		       : e->service->probe == w->kind;
}

static void
among_endpoints(struct search *s, bool by_port)
{
	for (size_t p = 0; p < s->model->n_pools; p++) {
		const struct pool *pool = &s->model->pools[p];

		for (size_t i = 0; i < pool->n_endpoints; i++)
			if (is_meant(s, &pool->endpoints[i], by_port))
				add_endpoint(s, &pool->endpoints[i], NULL);
	}
}

/* As if a member of the pool stood there. */
static void
add_elsewhere(struct search *s, const struct pool *pool, const struct service *service,
    uint16_t port, uint32_t services, const char *whose)
{
	const struct service_info *info = &service_infos[service->kind];
	struct endpoint e = {.member = &pool->members[0],
	    .side = info->side,
	    .addr = s->wanted.addr,
	    .port = port,
	    .proto = info->proto,
	    .services = services,
	    .service = service};

	if (s->wanted.kind == PROBE_NONE || service->probe == s->wanted.kind)
		add_endpoint(s, &e, whose);
}

static void
among_listeners(struct search *s)
{
	for (size_t p = 0; p < s->model->n_pools; p++) {
		const struct pool *pool = &s->model->pools[p];
		char whose[MODEL_NAME_MAX + 16];

		snprintf(whose, sizeof whose, "VIP of %s", pool->fqdn);
		for (size_t i = 0; i < pool->n_listeners; i++) {
			const struct listener *l = &pool->listeners[i];

			if (addr_equal(&l->addr, &s->wanted.addr) &&
			    (s->wanted.port == 0 || s->wanted.port == l->port) &&
			    (s->wanted.kind != PROBE_NONE ||
				(l->services & s->wanted.services) != 0))
				add_elsewhere(
				    s, pool, l->service, l->port, l->services, whose);
		}
	}
}

/* Both sides may ask the same there: once. */
static bool
is_asked_already(const struct search *s, enum probe kind, uint16_t port)
{
	for (size_t i = 0; i < s->aims->n; i++)
		if (s->aims->at[i].question.kind == kind &&
		    s->aims->at[i].question.port == port)
			return true;
	return false;
}

/* An address that is nobody's may be a pool's to be: if there is one pool, its own. */
static void
by_the_only_pool(struct search *s)
{
	const struct pool *pool = &s->model->pools[0];
	char whose[MODEL_NAME_MAX + 16];

	if (s->model->n_pools != 1 || s->wanted.kind != PROBE_NONE)
		return;
	snprintf(whose, sizeof whose, "as %s", pool->fqdn);
	for (unsigned i = 0; i < SERVICES; i++) {
		const struct service *service = &pool->services[i];

		uint16_t port = s->wanted.port != 0 ? s->wanted.port : service->port;

		if ((s->wanted.services & 1u << i) != 0 && service->enabled &&
		    !is_asked_already(s, service->probe, port))
			add_elsewhere(s, pool, service, port, 1u << i, whose);
	}
}

static void
add_bare(struct search *s, enum probe kind, uint16_t port, bool sip, const char *title)
{
	struct probe_aim *aim = next_aim(s);

	if (aim == NULL || is_asked_already(s, kind, port))
		return;
	*aim = (struct probe_aim){.health = *s->defaults};
	aim->question = (struct probe_question){.kind = kind,
	    .addr = s->wanted.addr,
	    .port = port,
	    .sip = sip,
	    .timeout_ns = s->defaults->timeout_ns,
	    .connect_timeout_ns = s->defaults->connect_timeout_ns,
	    .hold_ns = s->defaults->hold_ns,
	    .raw = s->defaults->icmp == ICMP_RAW};
	snprintf(aim->title, sizeof aim->title, "%s", title);
	take(s, aim);
}

/* 0: none. */
static uint16_t
usual_port(enum probe kind)
{
	for (unsigned i = 0; i < SERVICES; i++)
		if (service_infos[i].probe == kind)
			return service_infos[i].port;
	/* the port of RFC 5389 is that of MS-TURN, too */
	return kind == PROBE_STUN || kind == PROBE_TURN
		   ? service_infos[SERVICE_AV_UDP].port
		   : 0;
}

/* Without anybody's settings: what the services table says. */
static void
by_the_table(struct search *s)
{
	const struct probe_words *w = &s->wanted;
	uint16_t port;

	for (unsigned i = 0; i < SERVICES && w->kind == PROBE_NONE; i++)
		if ((w->services & 1u << i) != 0)
			add_bare(s, service_infos[i].probe,
			    w->port != 0 ? w->port : service_infos[i].port,
			    service_infos[i].sip, service_infos[i].word);
	if (w->kind == PROBE_NONE)
		return;
	port = w->port != 0 ? w->port : usual_port(w->kind);
	if (port != 0 || w->kind == PROBE_ICMP)
		add_bare(s, w->kind, port, true, "");
}

/* --- all together ----------------------------------------------------------------------
 */

static void
nothing_found(const struct search *s, struct sbuf *why)
{
	const struct probe_words *w = &s->wanted;

	if (s->speechless == PROBE_SIP_REGISTER)
		sbuf_addf(why, "a sip-register probe needs a domain of yours: --domain");
	else if (s->speechless == PROBE_EXEC)
		sbuf_addf(why,
		    "an exec probe runs what the configuration says of an endpoint: "
		    "this is none");
	else if (s->speechless != PROBE_NONE)
		sbuf_addf(why,
		    "a udp probe needs to know what to send and what to expect: "
		    "--send, --expect");
	else if (w->member == NULL)
		sbuf_addf(why, "no port is usual for %s: say ADDRESS:PORT",
		    probe_word(w->kind));
	else if (w->kind == PROBE_NONE)
		sbuf_addf(why, "%s has no service %s%s", w->member->full_name,
		    s->wish->service, w->port != 0 ? " on that port" : "");
	else
		sbuf_addf(why, "no service of %s is probed as %s: say which with --port",
		    w->member->full_name, probe_word(w->kind));
}

bool
probe_aim_is_outside(const struct probe_aim *aim)
{
	return !aim->placed || aim->place.side == SIDE_EXTERNAL;
}

enum proto
probe_aim_proto(const struct probe_aim *aim)
{
	/* kinds that fit both ports are rows of the one */
	return aim->placed ? aim->place.proto : probe_kinds[aim->question.kind].proto;
}

bool
probe_aim_find(const struct model *m, const struct health_conf *defaults,
    const struct probe_wish *wish, struct probe_aims *ret, struct sbuf *why)
{
	struct search s = {.model = m, .defaults = defaults, .wish = wish, .aims = ret};

	ret->n = 0;
	if (!probe_words_read(m, wish->address, wish->service, &s.wanted, why))
		return false;
	if (wish->port != 0)
		s.wanted.port = wish->port;
	if (m != NULL)
		among_endpoints(&s, false);
	if (m != NULL && ret->n == 0 && s.wanted.kind != PROBE_NONE)
		among_endpoints(&s, true);
	if (m != NULL && ret->n == 0 && s.wanted.member == NULL)
		among_listeners(&s);
	if (m != NULL && ret->n == 0 && s.wanted.member == NULL)
		by_the_only_pool(&s);
	if (ret->n == 0 && s.wanted.member == NULL)
		by_the_table(&s);
	if (ret->n > 0)
		return true;
	nothing_found(&s, why);
	return false;
}
