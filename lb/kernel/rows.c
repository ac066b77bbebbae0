/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define NONE 0 /* row 0 is nobody's */

void
rows_addr(const struct addr *a, struct km_addr *ret)
{
	memset(ret, 0, sizeof *ret);
	if (addr_family(a) == FAMILY_V6) {
		memcpy(ret, a->bytes, sizeof *ret);
	} else {
		ret->word[2] = htonl(0xffff);
		memcpy(&ret->word[3], a->bytes, 4);
	}
}

uint8_t
rows_proto(enum proto p)
{
	return p == PROTO_TCP ? IPPROTO_TCP : IPPROTO_UDP;
}

/* --- listeners -----------------------------------------------------------------------
 */

static bool
listener_is_at(const struct km_listener *l, const struct kernel_listener *w)
{
	struct km_addr addr;

	rows_addr(&w->addr, &addr);
	return memcmp(&l->addr, &addr, sizeof addr) == 0 && l->port == htons(w->port) &&
	       l->proto == rows_proto(w->proto);
}

static bool
listener_is_wanted(const struct kernel_wanted *w, uint64_t id)
{
	for (size_t i = 0; i < w->n_listeners; i++)
		if (w->listeners[i].id == id)
			return true;
	return false;
}

/* The row of the same id, else the one of the same place whose own owner is gone. */
static unsigned
listener_known(const struct km_listener *rows, const struct kernel_wanted *w,
    const struct kernel_listener *l)
{
	unsigned at_place = NONE;

	for (unsigned r = 1; r < KM_LISTENERS; r++) {
		if (rows[r].row == KM_ROW_FREE)
			continue;
		if (rows[r].id == l->id)
			return r;
		if (listener_is_at(&rows[r], l) && !listener_is_wanted(w, rows[r].id))
			at_place = r;
	}
	return at_place;
}

static int
plan_listeners(const struct rows_tables *t, const struct kernel_wanted *w,
    struct rows_plan *p, struct sbuf *why)
{
	unsigned free_row = 1;

	for (size_t i = 0; i < w->n_listeners; i++) {
		p->at[i].row =
		    (uint16_t)listener_known(t->listeners, w, &w->listeners[i]);
		p->listener_used[p->at[i].row] = true;
	}
	for (size_t i = 0; i < w->n_listeners; i++) {
		if (p->at[i].row != NONE)
			continue;
		while (free_row < KM_LISTENERS &&
		       (t->listeners[free_row].row != KM_ROW_FREE ||
			   p->listener_used[free_row]))
			free_row++;
		if (free_row == KM_LISTENERS) {
			sbuf_addf(why,
			    "%s: the kernel engine has room for %d listeners, with those "
			    "that left and whose sessions go on",
			    w->listeners[i].full_name, KM_LISTENERS - 1);
			return -ENOSPC;
		}
		p->at[i].row = (uint16_t)free_row;
		p->listener_used[free_row] = true;
	}
	return 0;
}

/* --- endpoints -----------------------------------------------------------------------
 */

static bool
endpoint_is_at(
    const struct km_endpoint *e, const struct kernel_choice *c, enum proto proto)
{
	struct km_addr addr;

	rows_addr(&c->addr, &addr);
	return memcmp(&e->addr, &addr, sizeof addr) == 0 && e->port == htons(c->port) &&
	       e->proto == rows_proto(proto);
}

/* A place has one row only: what a member answers is looked up by it. */
static unsigned
endpoint_known(
    const struct km_endpoint *rows, const struct kernel_choice *c, enum proto proto)
{
	for (unsigned r = 1; r < KM_ENDPOINTS; r++)
		if (rows[r].id != 0 && endpoint_is_at(&rows[r], c, proto))
			return r;
	return NONE;
}

static int
say_shared(const struct kernel_wanted *w, size_t i, size_t k, struct sbuf *why)
{
	const struct kernel_choice *c = &w->listeners[i].choices[k];
	char text[ADDR_PORT_TEXT_MAX];

	sbuf_addf(why,
	    "%s: %s is a member's place behind another listener of the kernel engine, "
	    "too: what it answers could not be told apart; write engine = \"relay\" for "
	    "one of them",
	    w->listeners[i].full_name, addr_port_text(&c->addr, c->port, text));
	return -EEXIST;
}

static int
say_full(const struct kernel_listener *l, struct sbuf *why)
{
	sbuf_addf(why,
	    "%s: the kernel engine has room for %d endpoints, with those that left and "
	    "whose sessions go on",
	    l->full_name, KM_ENDPOINTS - 1);
	return -ENOSPC;
}

/* Two new endpoints of one place have no row yet that would tell. */
static bool
place_is_new(const struct kernel_wanted *w, size_t i, size_t k)
{
	const struct kernel_choice *c = &w->listeners[i].choices[k];

	for (size_t b = 0; b < i; b++) {
		const struct kernel_listener *l = &w->listeners[b];

		for (size_t m = 0; m < l->n_choices; m++)
			if (l->proto == w->listeners[i].proto &&
			    l->choices[m].port == c->port &&
			    addr_equal(&l->choices[m].addr, &c->addr))
				return false;
	}
	return true;
}

/* The endpoint's row by choice, in @ret. */
static int
plan_endpoints(const struct rows_tables *t, const struct kernel_wanted *w,
    struct rows_plan *p, uint16_t (*ret)[MODEL_MEMBERS_MAX], struct sbuf *why)
{
	unsigned free_row = 1, n = 0;

	for (size_t i = 0; i < w->n_listeners; i++) {
		const struct kernel_listener *l = &w->listeners[i];

		n += (unsigned)l->n_choices;
		if (n >= KM_ENDPOINTS)
			return say_full(l, why);
		for (size_t k = 0; k < l->n_choices; k++) {
			unsigned r =
			    endpoint_known(t->endpoints, &l->choices[k], l->proto);

			if (p->endpoint_used[r] || !place_is_new(w, i, k))
				return say_shared(w, i, k, why);
			ret[i][k] = (uint16_t)r;
			p->endpoint_used[r] = r != NONE;
		}
	}
	for (size_t i = 0; i < w->n_listeners; i++) {
		for (size_t k = 0; k < w->listeners[i].n_choices; k++) {
			if (ret[i][k] != NONE)
				continue;
			while (
			    free_row < KM_ENDPOINTS && (t->endpoints[free_row].id != 0 ||
							   p->endpoint_used[free_row]))
				free_row++;
			if (free_row == KM_ENDPOINTS)
				return say_full(&w->listeners[i], why);
			ret[i][k] = (uint16_t)free_row;
			p->endpoint_used[free_row] = true;
		}
	}
	return 0;
}

/* --- positions -----------------------------------------------------------------------
 */

/* Where @row was; or a position that was nobody's; or, when there is none left, the hole
 * of somebody who leaves. */
static unsigned
position_for(const struct km_listener *was, const struct rows_listener *at, unsigned next)
{
	if (next < KM_CHOICES)
		return next;
	for (unsigned k = 0; k < KM_CHOICES; k++)
		if (at->choice[k] == NONE && (was == NULL || was->choices[k] == NONE))
			return k;
	for (unsigned k = 0; k < KM_CHOICES; k++)
		if (at->choice[k] == NONE)
			return k;
	return KM_CHOICES; /* no: there are as many positions as members */
}

static unsigned
position_before(const struct km_listener *was, uint16_t row)
{
	for (unsigned k = 0; was != NULL && k < was->n_choices; k++)
		if (was->choices[k] == row)
			return k;
	return KM_CHOICES;
}

static void
plan_positions(const struct km_listener *was, const uint16_t *rows, size_t n,
    struct rows_listener *at)
{
	unsigned next = was == NULL ? 0 : was->n_choices;

	for (size_t i = 0; i < n; i++) {
		at->position[i] = (uint8_t)position_before(was, rows[i]);
		if (at->position[i] < KM_CHOICES)
			at->choice[at->position[i]] = rows[i];
	}
	for (size_t i = 0; i < n; i++) {
		if (at->position[i] < KM_CHOICES)
			continue;
		at->position[i] = (uint8_t)position_for(was, at, next);
		next = at->position[i] == next ? next + 1 : next;
		at->choice[at->position[i]] = rows[i];
	}
	for (unsigned k = 0; k < KM_CHOICES; k++)
		if (at->choice[k] != NONE)
			at->n_positions = (uint8_t)(k + 1);
}

/* --- budgets -------------------------------------------------------------------------
 */

_Static_assert(KM_BUDGETS >= KM_ENDPOINTS, "a budget has the row of an endpoint");

/* One word for a member and service, whatever the family: that of the first endpoint. */
static void
plan_budgets(const struct kernel_wanted *w, struct rows_plan *p,
    uint16_t (*rows)[MODEL_MEMBERS_MAX], size_t i, size_t k)
{
	const struct kernel_listener *l = &w->listeners[i];
	uint16_t row = rows[i][k];

	p->endpoint_budget[row] = row;
	for (size_t b = 0; b < i; b++) {
		const struct kernel_listener *other = &w->listeners[b];

		for (size_t m = 0; other->service == l->service && m < other->n_choices;
		     m++) {
			if (other->choices[m].member_id != l->choices[k].member_id)
				continue;
			p->endpoint_budget[row] = rows[b][m];
			return;
		}
	}
}

int
rows_plan(const struct rows_tables *t, const struct kernel_wanted *w,
    struct rows_plan **ret, struct sbuf *why)
{
	struct rows_plan *p = calloc(1, sizeof *p + w->n_listeners * sizeof p->at[0]);
	uint16_t(*rows)[MODEL_MEMBERS_MAX] = calloc(w->n_listeners + 1, sizeof *rows);
	int err = p == NULL || rows == NULL ? -ENOMEM : 0;

	if (err == 0) {
		p->n = w->n_listeners;
		err = plan_listeners(t, w, p, why);
	}
	if (err == 0)
		err = plan_endpoints(t, w, p, rows, why);
	for (size_t i = 0; err == 0 && i < p->n; i++) {
		const struct km_listener *was = &t->listeners[p->at[i].row];
		const struct kernel_listener *l = &w->listeners[i];

		plan_positions(was->row == KM_ROW_FREE ? NULL : was, rows[i],
		    l->n_choices, &p->at[i]);
		for (size_t k = 0; l->rate_per_member != 0 && k < l->n_choices; k++)
			plan_budgets(w, p, rows, i, k);
	}
	free(rows);
	if (err != 0) {
		free(p);
		p = NULL;
	}
	*ret = p;
	return err;
}
