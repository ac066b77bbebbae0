/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vip_watch - a timer, a probe and a view for each listener.
 *
 * With source affinity all of a listener's probes go to one member, so a relay kind comes
 * no more often than every two seconds: with the direct probes that is what a real A/V
 * Edge bears (token.h).
 */
#include "vip_watch.h"

#include <assert.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>

#include <edge/base.h>
#include <edge/clock.h>

#include "vip_report.h"

#define RELAY_LEAST_NS (2 * NS_PER_S)
/* A socket asked for is there after this. */
#define COMING_NS (20 * NS_PER_MS)

/* --- what is seen directly ------------------------------------------------------------
 */

static enum vip_direct
direct(const struct vip_row *r)
{
	bool up = false;

	for (size_t i = 0; i < r->listener->n_endpoints; i++) {
		const struct target *t =
		    pool_watch_find(r->pool, r->listener->endpoints[i]->id);

		if (t == NULL || !target_is_probed(t))
			continue;
		if (rise_fall_in_transition(&t->course.history))
			return DIRECT_UNSETTLED;
		up = up ||
		     (t->state.health == HEALTH_UP && state_use(&t->state) == USE_NEW);
	}
	return up ? DIRECT_UP : DIRECT_DOWN;
}

/* A standby's VIPs are elsewhere: what answers there would be the other balancer's. */
static bool
is_here(const struct addr *vip)
{
	struct ifaddrs *list;
	bool is;

	if (getifaddrs(&list) != 0) /* for want of a descriptor nothing is known */
		return true;
	is = addr_is_listed(list, vip);
	freeifaddrs(list);
	return is;
}

/* --- telling -------------------------------------------------------------------------
 */

static void
tell(struct vip_row *r, enum vip before, const char *lack_before)
{
	struct board *b = r->watch->publish->board;

	board_store(b, r->row, HEALTH_FIELD_VIP, r->view.seen);
	board_store(b, r->row, HEALTH_FIELD_RUN, (uint64_t)r->view.run);
	board_store(b, r->row, HEALTH_FIELD_LAST_REASON, r->view.reason);
	board_store(b, r->row, HEALTH_FIELD_LAST_DETAIL, r->view.detail);
	if (r->view.seen != before || r->lack != lack_before)
		vip_report_row(r, before);
	vip_report_pool(r);
}

/* Nothing is known of it for now, for this reason. */
static void
row_lose(struct vip_row *r, const char *lack)
{
	enum vip before = r->view.seen;
	const char *lack_before = r->lack;

	probe_stop(&r->probe);
	vip_view_lose(&r->view);
	r->lack = lack;
	tell(r, before, lack_before);
}

/* --- probing -------------------------------------------------------------------------
 */

static int64_t
interval(const struct vip_row *r)
{
	bool relay =
	    r->question.kind == PROBE_TURN_UDP || r->question.kind == PROBE_TURN_TCP;
	int64_t ns = r->conf->interval_ns;

	return relay && ns < RELAY_LEAST_NS ? RELAY_LEAST_NS : ns;
}

static void
schedule(struct vip_row *r, int64_t at)
{
	int64_t in = at - r->pulse->now;

	ev_timer_stop(r->pulse->loop, &r->due);
	ev_timer_set(&r->due, in > 0 ? (double)in / (double)NS_PER_S : 0.0, 0.0);
	ev_timer_start(r->pulse->loop, &r->due);
}

static void
on_done(struct probe_run *p, const struct outcome *o)
{
	struct vip_row *r = container_of(p, struct vip_row, probe);
	struct board *b = r->watch->publish->board;
	enum vip before = r->view.seen;
	const char *lack_before = r->lack;

	schedule(r, sched_steady(&r->sched, r->pulse->now, r->last_start, interval(r)));
	if (o->reason == REASON_LOCAL) { /* a fault of ours: neither here nor there */
		if (vip_view_fault(&r->view, r->conf->fall))
			row_lose(r, "this host cannot ask");
		return;
	}
	board_add(b, r->row, HEALTH_FIELD_PROBES, 1);
	if (!o->ok)
		board_add(b, r->row, HEALTH_FIELD_FAILURES, 1);
	board_store(b, r->row, HEALTH_FIELD_LATENCY, (uint64_t)o->latency_ns);
	board_store(b, r->row, HEALTH_FIELD_LAST_PROBE, (uint64_t)clock_boot_ns());
	r->lack = NULL;
	vip_view_feed(&r->view, o->ok, o->reason, o->detail, direct(r), r->conf->rise,
	    r->conf->fall);
	tell(r, before, lack_before);
}

static void
on_due(EV_P_ ev_timer *w, int revents)
{
	struct vip_row *r = container_of(w, struct vip_row, due);
	enum family family = addr_family(&r->listener->addr);
	const char *lack = "the VIP is not on this host";

	(void)EV_A;
	(void)revents;
	if (vip_sockets_coming(r->watch->sockets, family, r->listener->proto)) {
		schedule(r, r->pulse->now + COMING_NS);
		return;
	}
	if (is_here(&r->listener->addr))
		lack = vip_sockets_lack(r->watch->sockets, family, r->listener->proto);
	r->last_start = r->pulse->now;
	if (lack == NULL) {
		probe_start(&r->probe, &r->question);
		return;
	}
	schedule(r, sched_steady(&r->sched, r->pulse->now, r->last_start, interval(r)));
	row_lose(r, lack);
}

/* --- life --------------------------------------------------------------------------- */

/* Whose question a listener's is: an endpoint's behind it that is probed from a socket.
 */
static const struct target *
model_for(struct pool_watch *pool, const struct listener *l)
{
	for (size_t i = 0; i < l->n_endpoints; i++) {
		const struct target *t = pool_watch_find(pool, l->endpoints[i]->id);

		if (t != NULL && target_is_probed(t) &&
		    probe_kinds[t->question.kind].open == NULL)
			return t;
	}
	return NULL;
}

static void
row_init(struct vip_row *r, struct vip_watch *w, struct pool_watch *pool,
    const struct listener *l, const struct target *t)
{
	*r = (struct vip_row){.watch = w,
	    .pool = pool,
	    .listener = l,
	    .id = l->id,
	    .conf = &l->service->health,
	    .pulse = t->pulse,
	    .question = t->question};
	r->question.addr = l->addr;
	r->question.port = l->port;
	r->question.source = (struct addr){0};
	r->question.public = (struct addrs){0};
	r->question.outlet = &w->sockets->outlet;
	r->question.memory = &r->memory;
	r->question.certificate = NULL; /* whose it is cannot be known */
	tls_memory_init(&r->memory, r->conf->full_handshake_ns, l->id);
	r->row = board_find(w->publish->board, l->id);
	assert(r->row != BOARD_NO_ROW); /* the board was made from the same model */
	vip_view_init(&r->view);
	sched_init(&r->sched, l->id, r->conf->jitter);
	probe_init(&r->probe, r->pulse, on_done);
	ev_init(&r->due, on_due);
	vip_sockets_want(w->sockets, addr_family(&l->addr), l->proto);
	schedule(r, sched_first(&r->sched, r->pulse->now, interval(r)));
}

static void
row_inherit(struct vip_row *r, const struct vip_watch *from)
{
	for (size_t i = 0; from != NULL && i < from->n; i++)
		if (from->rows[i].id == r->id &&
		    from->rows[i].question.kind == r->question.kind) {
			r->view = from->rows[i].view;
			r->lack = from->rows[i].lack;
		}
}

/* Nobody looks through this VIP (any more). */
static void
forget_listener(const struct listener *l, struct publish *publish)
{
	size_t row = board_find(publish->board, l->id);

	board_store(publish->board, row, HEALTH_FIELD_VIP, VIP_NOT_MEASURED);
}

static void
add_pool(struct vip_watch *w, struct pool_watch *pool, const struct vip_watch *from)
{
	size_t before = w->n;

	for (size_t i = 0; i < pool->pool->n_listeners; i++) {
		const struct listener *l = &pool->pool->listeners[i];
		const struct target *t = model_for(pool, l);

		if (!l->service->health.vip_probe || t == NULL) {
			forget_listener(l, w->publish);
			continue;
		}
		row_init(&w->rows[w->n], w, pool, l, t);
		row_inherit(&w->rows[w->n], from);
		w->n++;
	}
	if (w->n > before)
		return;
	conditions_set_pool(pool, CONDITION_VIP_DISAGREES, false, NULL);
	conditions_set_pool(pool, CONDITION_VIP_NOT_MEASURED, false, NULL);
}

int
vip_watch_new(struct prober *prober, struct publish *publish, struct vip_sockets *sockets,
    const struct vip_watch *from, struct vip_watch **ret)
{
	struct vip_watch *w = calloc(1, sizeof *w);
	size_t most = 0;

	for (size_t i = 0; i < prober->n_pools; i++)
		most += prober->pools[i]->pool->n_listeners;
	if (w != NULL)
		w->rows = calloc(most + 1, sizeof *w->rows);
	if (w == NULL || w->rows == NULL) {
		free(w);
		return -ENOMEM;
	}
	w->sockets = sockets;
	w->publish = publish;
	vip_sockets_want_none(sockets);
	for (size_t i = 0; i < prober->n_pools; i++)
		add_pool(w, prober->pools[i], from);
	if (w->n == 0)
		vip_sockets_close(sockets);
	*ret = w;
	return 0;
}

void
vip_watch_stop(struct vip_watch *w)
{
	for (size_t i = 0; i < w->n; i++) {
		ev_timer_stop(w->rows[i].pulse->loop, &w->rows[i].due);
		probe_stop(&w->rows[i].probe);
	}
}

void
vip_watch_free(struct vip_watch **pw)
{
	struct vip_watch *w = *pw;

	if (w == NULL)
		return;
	vip_watch_stop(w);
	for (size_t i = 0; i < w->n; i++)
		tls_memory_fini(&w->rows[i].memory);
	free(w->rows);
	free(w);
	*pw = NULL;
}

void
vip_watch_lost(struct vip_watch *w)
{
	for (size_t i = 0; i < w->n; i++) {
		probe_stop(&w->rows[i].probe);
		schedule(&w->rows[i], w->rows[i].pulse->now);
	}
}
