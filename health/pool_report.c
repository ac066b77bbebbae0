/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool_report - says what was seen, where and how often.
 */
#include "pool_report.h"

#include <stdio.h>

#include <edge/log.h>

#include "report.h"

#define LOCAL_EVERY_NS (10 * NS_PER_S)

/* "3 of 3", and what else is true of them. */
static void
proof_text(char *text, size_t size, const struct rise_fall_proof *p)
{
	char alike[48] = "", over[48] = "";

	if (p->alike > 0 && p->alike < p->count)
		snprintf(alike, sizeof alike, ", %d of them so", p->alike);
	if (p->over_ns > 0)
		snprintf(over, sizeof over, " within %.1f s",
		    (double)p->over_ns / (double)NS_PER_S);
	if (p->count > p->needed && p->over_ns > 0) /* `fall` was more until a reload */
		snprintf(
		    text, size, "%d%s%s, %d suffice", p->count, over, alike, p->needed);
	else if (p->count > p->needed)
		snprintf(text, size, "%d in a row, %d suffice", p->count, p->needed);
	else
		snprintf(text, size, "%d of %d%s%s", p->count, p->needed, over, alike);
}

/* Why it will not simply come back. */
static void
held_text(char *text, size_t size, const struct target *t)
{
	const struct course *c = &t->course;
	int64_t now = t->pulse->now;

	text[0] = '\0';
	if (c->awaits_resume)
		snprintf(text, size, ", stays out until an operator enables the member");
	else if (flap_holds(&c->flap, now))
		snprintf(text, size, ", held down for %.0f s: it flaps, hold-down %u",
		    (double)(c->flap.held_until - now) / (double)NS_PER_S, c->flap.holds);
}

/* What a program said, or what of ours was not there; nothing else speaks in a log. */
static void
said_text(char *text, size_t size, const struct outcome *o)
{
	bool speaks = o->reason == REASON_PROGRAM_FAILED || o->reason == REASON_LOCAL;

	text[0] = '\0';
	if (speaks && o->said[0] != '\0')
		snprintf(text, size, ", \"%s\"", o->said);
}

void
pool_report_transition(const struct target *t)
{
	const struct rise_fall *h = &t->course.history;
	char who[REPORT_NAME_MAX], why[REPORT_REASON_MAX * 2], at[ADDR_PORT_TEXT_MAX];
	char proof[128], held[96], said[OUTCOME_SAID_MAX + 8];

	report_endpoint(who, sizeof who, t->endpoint);
	report_reason(why, sizeof why, h->reason, h->detail);
	addr_port_text(&t->endpoint->addr, t->endpoint->port, at);
	proof_text(proof, sizeof proof, &h->proof);
	held_text(held, sizeof held, t);
	said_text(said, sizeof said, &t->last);
	if (h->health == HEALTH_DOWN)
		log_warning("member %s: %s -> down, %s%s, %s, at %s%s", who,
		    health_word(t->state.health), why, said, proof, at, held);
	else
		log_info("member %s: %s -> %s, %s, %s, at %s", who,
		    health_word(t->state.health), health_word(h->health), why, proof, at);
}

void
pool_report_reason(const struct target *t)
{
	const struct rise_fall *h = &t->course.history;
	char who[REPORT_NAME_MAX], why[REPORT_REASON_MAX * 2], at[ADDR_PORT_TEXT_MAX];
	char more[ADDR_PORT_TEXT_MAX + 16] = "", alternate[ADDR_PORT_TEXT_MAX];

	report_endpoint(who, sizeof who, t->endpoint);
	report_reason(why, sizeof why, h->reason, h->detail);
	addr_port_text(&t->endpoint->addr, t->endpoint->port, at);
	if (h->reason == REASON_PRIVATE_ALTERNATE)
		snprintf(more, sizeof more, " but %s",
		    addr_port_text(
			&t->last.alternate, t->last.alternate_port, alternate));
	if (h->reason == REASON_OK) /* nothing is left to warn of */
		log_info("member %s: still %s, now: %s, %d in a row, at %s", who,
		    health_word(h->health), why, h->seen_run, at);
	else
		log_warning("member %s: still %s, now: %s%s, %d in a row, at %s", who,
		    health_word(h->health), why, more, h->seen_run, at);
}

void
pool_report_local(struct pool_watch *w, const struct target *t, const struct outcome *o)
{
	char who[REPORT_NAME_MAX], why[REPORT_REASON_MAX * 2];
	char said[OUTCOME_SAID_MAX + 8];

	w->local_faults++;
	if (w->local_said != 0 && w->pulse->now - w->local_said < LOCAL_EVERY_NS)
		return;
	w->local_said = w->pulse->now;
	report_endpoint(who, sizeof who, t->endpoint);
	report_reason(why, sizeof why, o->reason, o->detail);
	said_text(said, sizeof said, o);
	log_error(
	    "member %s could not be probed: %s%s; %llu such probes count for nothing",
	    who, why, said, (unsigned long long)w->local_faults);
}

static void
report_members(struct pool_watch *w)
{
	for (size_t m = 0; m < w->pool->n_members; m++) {
		char who[REPORT_NAME_MAX];

		if (w->out[m] == w->left[m])
			continue;
		w->left[m] = w->out[m];
		report_member(who, sizeof who, &w->pool->members[m]);
		if (w->out[m])
			log_warning("member %s: leaves every service, all its external "
				    "access endpoints are down",
			    who);
		else
			log_info("member %s: takes part in every service again", who);
	}
}

/* "access IPv4", from any endpoint of the group. */
static void
group_text(const struct pool_watch *w, unsigned group, char *text, size_t size)
{
	char services[SERVICES_TEXT_MAX];
	size_t i = 0;

	while (w->guard[i].group != group)
		i++;
	services_text(w->targets[i].endpoint->services, services, sizeof services);
	snprintf(text, size, "%s%s %s",
	    w->targets[i].endpoint->side == SIDE_INTERNAL ? "internal " : "", services,
	    family_word(addr_family(&w->targets[i].endpoint->addr)));
}

static void
report_panic(const struct pool_watch *w, const char *what, unsigned group)
{
	const struct guard_group *g = &w->groups[group];
	unsigned used = 0;

	for (size_t i = 0; i < w->n_targets; i++)
		used += w->guard[i].group == group && w->guard[i].flags & STATE_PANIC;
	if (g->usable == 0)
		log_error("pool %s %s: panic: no member is up, all %u are used",
		    w->pool->fqdn, what, used);
	else
		log_error("pool %s %s: panic: %u of %u members are up, fewer than %d %%: "
			  "all are used but those that refuse",
		    w->pool->fqdn, what, g->usable, g->members, g->panic_percent);
}

void
pool_report_guard(struct pool_watch *w, const struct guard_group *before)
{
	report_members(w);
	for (unsigned g = 0; g < w->n_groups; g++) {
		const struct guard_group *now = &w->groups[g];
		char what[SERVICES_TEXT_MAX + 32];

		group_text(w, g, what, sizeof what);
		if (now->panic && !before[g].panic)
			report_panic(w, what, g);
		if (!now->panic && before[g].panic)
			log_warning("pool %s %s: panic is over", w->pool->fqdn, what);
		if (now->held > before[g].held)
			log_warning(
			    "pool %s %s: minimum of %u members: %u used although down",
			    w->pool->fqdn, what, now->minimum, now->held);
		if (now->waiting > before[g].waiting)
			log_warning("pool %s %s: one was removed less than %.0f s ago: "
				    "%u used although down until then",
			    w->pool->fqdn, what,
			    (double)now->removal_ns / (double)NS_PER_S, now->waiting);
		if (now->held + now->waiting < before[g].held + before[g].waiting)
			log_info("pool %s %s: used although down: %u, before: %u",
			    w->pool->fqdn, what, now->held + now->waiting,
			    before[g].held + before[g].waiting);
	}
}
