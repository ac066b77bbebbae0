/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_text - see status_text.h.
 *
 * The page answers, from the top: do the daemons run, are the members well, is every
 * service offered, and what exactly is wrong.  A member that lost everything for one
 * reason is told once, in its own row, and not again under each service.
 */
#include "status_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <edge/clock.h>

#include "condition_lines.h"
#include "endpoint_lines.h"
#include "grid.h"
#include "status_daemons.h"
#include "units.h"

/* Deeper than the services' column: it belongs to the line above. */
#define TROUBLE_INDENT 14

struct page {
	const struct picture *p;
	const struct status_options *o;
	struct sbuf *out;
};

static struct grid *
page_grid(const struct page *page, const char *aligns, unsigned indent)
{
	struct grid *g = grid_new(aligns, indent, STATUS_WIDTH);

	if (g == NULL)
		page->out->failed = true;
	return g;
}

static bool
pool_is_hardware(const struct pool *pool)
{
	return pool->sides[SIDE_EXTERNAL].balancing == BALANCING_HARDWARE;
}

enum paint
status_paint(const struct state *s)
{
	if (s->admin != ADMIN_ENABLED)
		return PAINT_WARN;
	if (s->health == HEALTH_UNKNOWN)
		return PAINT_WARN;
	if (state_use(s) != USE_NEW || s->health == HEALTH_DOWN)
		return PAINT_BAD;
	return PAINT_GOOD;
}

const char *
status_ago(const struct picture *p, uint32_t since_s, char *buf)
{
	char age[UNITS_MAX];

	if (since_s == 0)
		return "-";
	units_age(p->now_boot_ns / NS_PER_S - (int64_t)since_s, age);
	snprintf(buf, UNITS_MAX, "%.20s ago", age);
	return buf;
}

const char *
status_reason_text(enum reason reason, uint64_t detail, char *buf)
{
	const char *text = reason_text(reason);

	/* REFUSING says 503 by itself */
	if (detail == 0 || (reason == REASON_REFUSING && detail == 503)) {
		snprintf(buf, REASON_TEXT_MAX, "%s", text);
		return buf;
	}
	switch (reason_detail_kind(reason)) {
	case REASON_DETAIL_NONE:
		snprintf(buf, REASON_TEXT_MAX, "%s", text);
		break;
	case REASON_DETAIL_ERRNO:
		snprintf(buf, REASON_TEXT_MAX, "%s: %s", text,
		    detail < 4096 ? strerror((int)detail) : "?");
		break;
	case REASON_DETAIL_SIP:
	case REASON_DETAIL_STUN:
		snprintf(buf, REASON_TEXT_MAX, "%s: answered %" PRIu64, text, detail);
		break;
	case REASON_DETAIL_ALERT:
		snprintf(buf, REASON_TEXT_MAX, "%s: alert %" PRIu64, text, detail);
		break;
	case REASON_DETAIL_TLS:
		snprintf(buf, REASON_TEXT_MAX, "%s: code %" PRIu64, text, detail);
		break;
	case REASON_DETAIL_EXIT:
		snprintf(buf, REASON_TEXT_MAX, "%s: exit %" PRIu64, text, detail);
		break;
	}
	return buf;
}

bool
status_awaits_operator(const struct picture_endpoint *pe)
{
	return pe->state.health == HEALTH_DOWN &&
	       (pe->health[HEALTH_FIELD_FLAPS] & HEALTH_FLAPS_AWAITS_OPERATOR) != 0;
}

/* --- members ---------------------------------------------------------------------------
 */

#define REMARK_MAX  (REASON_TEXT_MAX + 120)
#define AWAITS_TEXT "; stays out until edgectl enable"

/* What the operator did, and what its probes say all the same. */
static const char *
admin_remark(const struct picture_member *pm, char *buf)
{
	const char *what = "by the operator: takes nothing";

	if (pm->state.admin == ADMIN_DRAINING)
		what = pm->sessions > 0
			   ? "by the operator: keeps its sessions, takes no new ones"
			   : "by the operator: has no sessions, takes no new ones";
	if (pm->state.health != HEALTH_DOWN)
		return what;
	snprintf(buf, REMARK_MAX, "%s; also down", what);
	return buf;
}

static const char *
member_remark(const struct picture_member *pm, char *buf)
{
	const struct picture_endpoint *first = pm->first_lost;
	char why[REASON_TEXT_MAX];
	int n;

	if (pm->state.admin != ADMIN_ENABLED)
		return admin_remark(pm, buf);
	if (first == NULL)
		return pm->member->backup ? "backup" : "";
	n = snprintf(
	    buf, REMARK_MAX, "%zu of %zu endpoints down", pm->n_lost, pm->n_endpoints);
	/* Otherwise each service says its own reason. */
	if (pm->member_lost)
		snprintf(buf + n, (size_t)(REMARK_MAX - n), ": %s%s",
		    status_reason_text(
			first->state.reason, first->health[HEALTH_FIELD_DETAIL], why),
		    status_awaits_operator(first) ? AWAITS_TEXT : "");
	return buf;
}

static void
members_table(const struct page *page, const struct picture_pool *pp, bool hardware)
{
	struct grid *g = page_grid(page, hardware ? "lllrl" : "llll", 2);
	char since[UNITS_MAX], remark[REMARK_MAX];

	if (g == NULL)
		return;
	grid_row(g);
	grid_cell(g, PAINT_DIM, "MEMBER");
	grid_cell(g, PAINT_DIM, "STATE");
	grid_cell(g, PAINT_DIM, "SINCE");
	if (hardware)
		grid_cell(g, PAINT_DIM, "SESSIONS");
	grid_cell(g, PAINT_DIM, "REMARK");
	for (size_t i = 0; i < pp->n_members; i++) {
		const struct picture_member *pm = &pp->members[i];

		grid_row(g);
		grid_cell(g, PAINT_STRONG, "%s", pm->member->name);
		grid_cell(g, status_paint(&pm->state), "%s", state_summary(&pm->state));
		grid_cell(
		    g, PAINT_NONE, "%s", status_ago(page->p, pm->state.since_s, since));
		if (hardware && page->p->has_lb)
			grid_cell(g, PAINT_NONE, "%" PRIu64, pm->sessions);
		else if (hardware)
			grid_cell(g, PAINT_NONE, "-");
		grid_cell(g, PAINT_NONE, "%s", member_remark(pm, remark));
		condition_lines_member(g, 4, pm, page->o->verbose);
	}
	grid_print(g, page->o->colour, page->out);
	grid_free(&g);
}

/* --- services
 * --------------------------------------------------------------------------- */

static const struct picture_member *
member_of(const struct picture_pool *pp, const struct picture_endpoint *pe)
{
	return &pp->members[pe->endpoint->member->index];
}

/* Said under its service: what no other line says already. */
static bool
endpoint_is_told(const struct picture_pool *pp, const struct picture_endpoint *pe)
{
	const struct picture_member *pm = member_of(pp, pe);

	/* up, and yet something is wrong with it */
	if (pe->state.health == HEALTH_UP && pe->state.reason != REASON_OK)
		return pe->state.reason != REASON_NONE;
	return !pm->member_lost && pm->state.admin == ADMIN_ENABLED &&
	       pe->state.health == HEALTH_DOWN;
}

static void
endpoint_line(const struct page *page, struct grid *g, const struct picture_endpoint *pe)
{
	char since[UNITS_MAX], why[REASON_TEXT_MAX];

	status_reason_text(pe->state.reason, pe->health[HEALTH_FIELD_DETAIL], why);
	grid_line(g, TROUBLE_INDENT,
	    pe->state.health == HEALTH_UP ? PAINT_WARN : status_paint(&pe->state),
	    "%s %s, %s: %s%s", pe->endpoint->member->name, state_summary(&pe->state),
	    status_ago(page->p, pe->state.since_s, since), why,
	    status_awaits_operator(pe) ? AWAITS_TEXT : "");
}

static void
listener_lines(struct grid *g, const struct picture_service *ps, bool standby)
{
	uint64_t status = ps->lb[LB_FIELD_STATUS];
	char addr[ADDR_TEXT_MAX];

	if (ps->listener == NULL || !ps->has_lb)
		return;
	addr_text(&ps->listener->addr, addr);
	if ((status & LB_LISTENER_OPEN) == 0)
		grid_line(g, TROUBLE_INDENT, PAINT_BAD,
		    "not listening: edge-lb could not open %s", addr);
	if ((status & LB_LISTENER_NO_VIP) != 0 && !standby)
		grid_line(g, TROUBLE_INDENT, PAINT_WARN,
		    "VIP %s is on no interface of this host", addr);
	if ((status & LB_LISTENER_PAUSED) != 0)
		grid_line(g, TROUBLE_INDENT, PAINT_BAD,
		    "accepting is paused: no descriptors left, see LimitNOFILE=");
}

/* What the kernel engine counts beside sessions, where it is not 0. */
static void
kernel_line(const struct page *page, struct grid *g, const struct picture_service *ps)
{
	static const struct {
		enum lb_field field;
		const char *text;
	} parts[] = {
	    {LB_FIELD_STATELESS, "packets by their hash alone"},
	    {LB_FIELD_UNASKED, "packets past the VIP"},
	    {LB_FIELD_ENDED, "packets of sessions that had to end"},
	    {LB_FIELD_FLOWS_FULL, "sessions without room"},
	    {LB_FIELD_FRAGMENTS, "fragments lost"},
	    {LB_FIELD_BAD_PACKETS, "packets with bad headers"},
	    {LB_FIELD_NO_ROUTE, "packets without a route"},
	};
	char line[512];
	size_t n;

	if (ps->listener == NULL || !page->o->verbose ||
	    (ps->lb[LB_FIELD_STATUS] & LB_LISTENER_KERNEL) == 0)
		return;
	n = (size_t)snprintf(line, sizeof line,
	    "in the kernel: picks %" PRIu64 ", sessions in all %" PRIu64,
	    ps->lb[LB_FIELD_PICKS], ps->lb[LB_FIELD_SESSIONS_TOTAL]);
	for (size_t i = 0; i < countof(parts); i++)
		if (ps->lb[parts[i].field] != 0 && n < sizeof line)
			n += (size_t)snprintf(line + n, sizeof line - n,
			    ", %" PRIu64 " %s", ps->lb[parts[i].field], parts[i].text);
	grid_line(g, TROUBLE_INDENT, PAINT_DIM, "%s", line);
}

/* What clients meet, as far as somebody looks that way. */
static void
vip_line(const struct page *page, struct grid *g, const struct picture_service *ps)
{
	char latency[UNITS_MAX], why[REASON_TEXT_MAX];
	const uint64_t *h = ps->health;

	if (!ps->has_health || !ps->service->health.vip_probe || !page->o->verbose)
		return;
	switch ((enum vip)h[HEALTH_FIELD_VIP]) {
	case VIP_NOT_MEASURED:
	case VIPS:
		grid_line(g, TROUBLE_INDENT, PAINT_DIM, "through the VIP: not measured");
		return;
	case VIP_OK:
		grid_line(g, TROUBLE_INDENT, PAINT_DIM, "through the VIP: ok, %s",
		    units_latency((int64_t)h[HEALTH_FIELD_LATENCY], latency));
		return;
	case VIP_FAILING:
		grid_line(g, TROUBLE_INDENT, PAINT_BAD, "through the VIP: %s",
		    status_reason_text((enum reason)h[HEALTH_FIELD_LAST_REASON],
			h[HEALTH_FIELD_LAST_DETAIL], why));
		return;
	}
}

/* Every VIP is elsewhere: this host is the standby of a pair, told once for the pool. */
static bool
pool_is_standby(const struct picture_pool *pp)
{
	for (size_t i = 0; i < pp->n_services; i++)
		if ((pp->services[i].lb[LB_FIELD_STATUS] & LB_LISTENER_NO_VIP) == 0)
			return false;
	return pp->n_services > 0;
}

static const char *
service_place(const struct picture_service *ps, char *buf)
{
	if (ps->listener != NULL)
		return addr_text(&ps->listener->addr, buf);
	return ps->service->fqdn != NULL ? ps->service->fqdn : ps->pool->fqdn;
}

static void
up_cell(struct grid *g, const struct picture_service *ps)
{
	if (ps->service->probe == PROBE_NONE)
		grid_cell(g, PAINT_NONE, "not probed"); /* and used all the same */
	else
		grid_cell(g,
		    ps->n_up == 0                ? PAINT_BAD
		    : ps->n_up < ps->n_endpoints ? PAINT_WARN
						 : PAINT_GOOD,
		    "%zu of %zu", ps->n_up, ps->n_endpoints);
}

static void
service_row(const struct page *page, struct grid *g, const struct picture_service *ps,
    const struct picture_service *above)
{
	bool same_side = above != NULL && above->side == ps->side;
	/* the other family of the same service: said once */
	bool same = same_side && above->services == ps->services;
	char word[SERVICES_TEXT_MAX], addr[ADDR_TEXT_MAX];

	grid_row(g);
	grid_cell(g, PAINT_NONE, "%s", same_side ? "" : side_kind_word(ps->side));
	grid_cell(g, PAINT_STRONG, "%s",
	    same ? "" : services_text(ps->services, word, sizeof word));
	grid_cell(g, PAINT_NONE, "%u/%s", ps->port, proto_word(ps->proto));
	up_cell(g, ps);
	if (ps->listener != NULL && page->p->has_lb)
		grid_cell(g, PAINT_NONE, "%" PRIu64, ps->lb[LB_FIELD_SESSIONS]);
	else if (ps->listener != NULL)
		grid_cell(g, PAINT_NONE, "-");
	grid_cell(g, PAINT_NONE, "%s%s", service_place(ps, addr),
	    ps->listener == NULL && ps->family == FAMILY_V6                ? " (IPv6)"
	    : !same && (ps->lb[LB_FIELD_STATUS] & LB_LISTENER_KERNEL) != 0 ? " (kernel)"
									   : "");
}

static void
services_table(const struct page *page, const struct picture_pool *pp, bool hardware)
{
	struct grid *g = page_grid(page, hardware ? "lllrrl" : "lllrl", 2);
	bool standby = hardware && pool_is_standby(pp);

	if (g == NULL)
		return;
	grid_row(g);
	grid_cell(g, PAINT_DIM, "SIDE");
	grid_cell(g, PAINT_DIM, "SERVICE");
	grid_cell(g, PAINT_DIM, "PORT");
	grid_cell(g, PAINT_DIM, "UP");
	if (hardware)
		grid_cell(g, PAINT_DIM, "SESSIONS");
	grid_cell(g, PAINT_DIM, hardware ? "VIP" : "NAME");
	for (size_t i = 0; i < pp->n_services; i++) {
		const struct picture_service *ps = &pp->services[i];

		service_row(page, g, ps, i == 0 ? NULL : ps - 1);
		listener_lines(g, ps, standby);
		kernel_line(page, g, ps);
		vip_line(page, g, ps);
		for (size_t e = 0; e < ps->n_endpoints; e++)
			if (page->o->verbose)
				endpoint_lines(
				    g, TROUBLE_INDENT, page->p, ps->endpoints[e]);
			else if (endpoint_is_told(pp, ps->endpoints[e]))
				endpoint_line(page, g, ps->endpoints[e]);
		condition_lines_service(
		    g, TROUBLE_INDENT, ps, page->o->verbose, page->p->now_wall_s);
	}
	if (standby)
		grid_line(g, 2, PAINT_WARN,
		    "No VIP is on an interface of this host: it stands by");
	grid_print(g, page->o->colour, page->out);
	grid_free(&g);
}

static void
pool_page(const struct page *page, const struct picture_pool *pp)
{
	const struct pool *pool = pp->pool;
	bool hardware = pool_is_hardware(pool);
	struct grid *g = page_grid(page, "l", 0);
	char sessions[64] = "";

	if (g == NULL)
		return;
	if (hardware && page->p->has_lb)
		snprintf(
		    sessions, sizeof sessions, ", %" PRIu64 " sessions", pp->sessions);
	grid_line(g, 0, PAINT_NONE, "%s", "");
	grid_line(g, 0, PAINT_STRONG, "%s  %s, %s: %zu of %zu members up%s", pool->fqdn,
	    hardware ? "hardware" : "DNS", product_word(pool->product), pp->n_up,
	    pp->n_members, sessions);
	if (pp->health[HEALTH_FIELD_PANIC_NOW] > 0)
		grid_line(g, 2, PAINT_BAD,
		    "PANIC: no member is up for %" PRIu64
		    " of its services; there all are used",
		    pp->health[HEALTH_FIELD_PANIC_NOW]);
	condition_lines_pool(g, 2, pp, page->o->verbose);
	grid_print(g, page->o->colour, page->out);
	grid_free(&g);
	members_table(page, pp, hardware);
	sbuf_add(page->out, "\n", 1);
	services_table(page, pp, hardware);
}

void
status_text(const struct picture *p, const struct status_options *o, struct sbuf *out)
{
	struct page page = {.p = p, .o = o, .out = out};
	struct grid *g = page_grid(&page, "lll", 2);

	if (g == NULL)
		return;
	grid_line(g, 0, PAINT_STRONG, "edgepool %s: %zu %s, %zu of %zu members up",
	    p->model->instance, p->model->n_pools,
	    p->model->n_pools == 1 ? "pool" : "pools", p->n_members_up, p->n_members);
	status_daemons(p, o->verbose, g);
	grid_print(g, o->colour, out);
	grid_free(&g);
	for (size_t i = 0; i < p->model->n_pools; i++)
		if (o->pool == NULL || strcmp(o->pool, p->pools[i].pool->fqdn) == 0)
			pool_page(&page, &p->pools[i]);
}
