/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel - the kernel engine in edge-lb's main thread: the order in which maps change.
 *
 *   to come   lists, endpoints, members -> endpoints, listeners, vips -> listeners, rings
 *   to go     rings, vips, listeners (kept as PAST while a flow refers to them), ...,
 * lists
 *
 * So a packet never finds a row that is not complete.  Everything that can fail happens
 * in kernel_open() and kernel_prepare().
 */
#include "kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edge/clock.h>
#include <edge/log.h>

#include "detach.h"
#include "fill.h"
#include "follow.h"
#include "object.h"
#include "past.h"
#include "places.h"
#include "rings.h"
#include "rows.h"
#include "table.h"

#define LISTED 0x01010101u /* the value of lists says nothing */

struct kernel {
	struct object object;
	struct follow *follow;
	struct rings rings;
	struct sweep *sweep;
	struct tally *tally;
	struct rows_plan *plan, *next; /* in effect; prepared */
	struct past past;
	struct table lists, next_lists;
	struct ring_want *wants; /* one for each listener of the plan */
	size_t n_wants;
};

int
kernel_check(const char *pins, struct sbuf *why)
{
	int err = kernel_possible(why);

	return err != 0 ? err : object_check(pins, why);
}

/* --- begin and end -------------------------------------------------------------------
 */

/* Before any row changes: what is there was counted by whoever was here before. */
static int
open_counters(struct kernel *k)
{
	int err = tally_new(&k->object, &k->tally);

	if (err == 0)
		err = sweep_new(&k->object, &k->sweep);
	if (err == 0)
		sweep_settle(k->sweep, tally_made(k->tally));
	return err;
}

/* What was there before stays; what we made goes, some of it perhaps attached. */
static void
give_up(struct kernel **pk)
{
	if ((*pk)->object.pins.lock >= 0 && kernel_is_new(*pk))
		kernel_remove(pk);
	else
		kernel_close(pk);
}

int
kernel_open(const struct kernel_setup *setup, struct kernel **ret, struct sbuf *why)
{
	struct object_sizes sizes = {setup->flows, setup->half_open};
	struct kernel *k = calloc(1, sizeof *k);
	int err;

	*ret = NULL;
	if (k == NULL)
		return -ENOMEM;
	table_init(&k->lists, sizeof(struct km_list_key));
	table_init(&k->next_lists, sizeof(struct km_list_key));
	object_init(&k->object);
	err = object_open(&k->object, &sizes, setup->pins, why);
	/* Until the first commit they are whoever's before, whose listeners are served.
	 */
	if (err == 0)
		err = table_read(&k->lists, k->object.map[KERNEL_MAP_LISTS]);
	if (err == 0)
		err = fill_settings_first(&k->object);
	if (err == 0)
		err = open_counters(k);
	if (err == 0)
		err =
		    follow_open(&k->follow, setup->loop, &k->object, &setup->where, why);
	if (err != 0) {
		give_up(&k);
		return err;
	}
	rings_init(&k->rings, k->object.rings, k->object.listeners, k->object.found,
	    clock_mono_ns());
	*ret = k;
	return 0;
}

void
kernel_close(struct kernel **pk)
{
	struct kernel *k = *pk;

	*pk = NULL;
	if (k == NULL)
		return;
	follow_close(&k->follow);
	sweep_free(&k->sweep);
	tally_free(&k->tally);
	object_close(&k->object);
	free(k->plan);
	free(k->next);
	free(k->wants);
	table_fini(&k->lists);
	table_fini(&k->next_lists);
	free(k);
}

bool
kernel_is_new(const struct kernel *k)
{
	return !k->object.found;
}

void
kernel_remove(struct kernel **pk)
{
	struct detached ignored;
	char pins[PINS_DIR_MAX];
	struct sbuf why;

	memcpy(pins, (*pk)->object.pins.dir, sizeof pins);
	kernel_close(pk);
	sbuf_init(&why, 1024);
	if (kernel_detach(pins, false, &ignored, &why) != 0)
		log_error("kernel engine: %s", sbuf_text(&why));
	sbuf_fini(&why);
}

void
kernel_place(struct kernel *k, const struct follow_wish *where)
{
	follow_change(k->follow, where);
}

/* --- what can fail -------------------------------------------------------------------
 */

static int
add_list(struct table *t, unsigned row, bool deny, const struct prefix *list, size_t n)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++) {
		struct km_list_key key = {.list = htonl(row * 2 + deny)};

		rows_addr(&list[i].addr, &key.addr);
		key.bits = 32u + list[i].length +
			   (addr_family(&list[i].addr) == FAMILY_V4 ? 96u : 0u);
		err = table_add(t, &key, LISTED);
	}
	return err;
}

static int
prepare_lists(struct kernel *k, const struct kernel_wanted *w, struct sbuf *why)
{
	int err = 0;

	table_fini(&k->next_lists);
	for (size_t i = 0; err == 0 && i < w->n_listeners; i++) {
		const struct kernel_listener *l = &w->listeners[i];
		unsigned row = k->next->at[i].row;

		err = add_list(&k->next_lists, row, false, l->allow, l->n_allow);
		if (err == 0)
			err = add_list(&k->next_lists, row, true, l->deny, l->n_deny);
	}
	/* Half of the room: those before and those to come are there together. */
	if (err == 0 && k->next_lists.n > KM_LISTS_MAX / 2) {
		sbuf_addf(why,
		    "allow and deny have %zu prefixes, each counted for every listener; "
		    "the kernel engine has room for %d",
		    k->next_lists.n, KM_LISTS_MAX / 2);
		return -ENOSPC;
	}
	if (err == 0)
		err = table_write(&k->next_lists, k->object.map[KERNEL_MAP_LISTS]);
	if (err != 0)
		sbuf_addf(
		    why, "the kernel engine's allow and deny lists: %s", strerror(-err));
	return err;
}

static int
prepare_rings(struct kernel *k, const struct kernel_wanted *w, struct sbuf *why)
{
	size_t n = rings_count(w, k->next);

	if (n <= RINGS_SHAPES_MAX)
		return 0;
	sbuf_addf(why,
	    "%zu different sets of members and weights are behind the kernel engine's "
	    "listeners; it has room for %d",
	    n, RINGS_SHAPES_MAX);
	return -ENOSPC;
}

int
kernel_prepare(struct kernel *k, const struct kernel_wanted *w, struct sbuf *why)
{
	struct rows_tables tables = {k->object.listeners, k->object.endpoints};
	int err;

	free(k->next);
	err = rows_plan(&tables, w, &k->next, why);
	if (err == 0)
		err = prepare_rings(k, w, why);
	if (err == 0)
		err = prepare_lists(k, w, why);
	if (err == 0) {
		size_t n = w->n_listeners > k->n_wants ? w->n_listeners : k->n_wants;
		struct ring_want *more = realloc(k->wants, (n + 1) * sizeof *more);

		k->wants = more != NULL ? more : k->wants;
		err = more != NULL ? 0 : -ENOMEM;
	}
	if (err != 0)
		kernel_abort(k);
	return err;
}

void
kernel_abort(struct kernel *k)
{
	free(k->next);
	k->next = NULL;
	table_fini(&k->next_lists);
	table_keep_only(&k->lists, k->object.map[KERNEL_MAP_LISTS]);
}

/* --- what cannot ---------------------------------------------------------------------
 */

static void
want_rings(struct kernel *k, const struct kernel_wanted *w)
{
	k->n_wants = k->plan->n;
	for (size_t i = 0; i < k->n_wants && i < w->n_listeners; i++) {
		k->wants[i].listener = &k->object.listeners[k->plan->at[i].row];
		rings_shape(
		    &w->listeners[i], k->plan->at[i].position, &k->wants[i].shape);
	}
}

void
kernel_commit(struct kernel *k, const struct kernel_wanted *w, int64_t now_ns)
{
	struct object *o = &k->object;
	struct rows_tables tables = {o->listeners, o->endpoints};

	free(k->plan);
	k->plan = k->next;
	k->next = NULL;
	fill_settings(o, w);
	fill_endpoints(o, w, k->plan);
	places_members(&k->object, k->past.endpoint_free);
	fill_listeners(o, w, k->plan);
	want_rings(k, w);
	kernel_turn(k, now_ns);
	places_vips(&k->object, k->past.listener_free);
	fill_past(o, k->plan);
	fill_other_uses(o, w, k->plan);
	past_note(&k->past, &tables, k->plan, now_ns);
	table_fini(&k->lists);
	k->lists = k->next_lists;
	table_init(&k->next_lists, k->lists.key_size);
	table_keep_only(&k->lists, o->map[KERNEL_MAP_LISTS]);
	follow_endpoints(k->follow);
}

void
kernel_follow(struct kernel *k, const struct kernel_wanted *w)
{
	if (k->plan == NULL)
		return;
	fill_uses(&k->object, w, k->plan);
	fill_other_uses(&k->object, w, k->plan);
	want_rings(k, w);
}

bool
kernel_serves(const struct kernel *k)
{
	for (unsigned r = 1; r < KM_LISTENERS; r++) {
		const struct km_listener *l = &k->object.listeners[r];

		if (l->row == KM_ROW_ACTIVE ||
		    (l->row == KM_ROW_PAST &&
			__atomic_load_n(&l->sessions, __ATOMIC_RELAXED) != 0))
			return true;
	}
	return false;
}

int64_t
kernel_turn(struct kernel *k, int64_t now_ns)
{
	int64_t rings_ns =
	    rings_turn(&k->rings, k->object.listeners, k->wants, k->n_wants, now_ns);
	int64_t sweep_ns = sweep_turn(k->sweep, now_ns);

	return rings_ns < sweep_ns ? rings_ns : sweep_ns;
}

/* --- rows that are nobody's any more -------------------------------------------------
 */

static bool
listener_is_free(const void *sweep, unsigned row, int64_t since_ns)
{
	return sweep_freed_listener(sweep, row, since_ns);
}

static bool
endpoint_is_free(const void *sweep, unsigned row, int64_t since_ns)
{
	return sweep_freed_endpoint(sweep, row, since_ns);
}

/* First nothing leads to them any more. */
static void
free_rows(struct kernel *k)
{
	struct past_judge judge = {listener_is_free, endpoint_is_free, k->sweep};

	if (past_collect(&k->past, &judge) == 0)
		return;
	places_vips(&k->object, k->past.listener_free);
	places_members(&k->object, k->past.endpoint_free);
	for (unsigned r = 1; r < KM_LISTENERS; r++)
		if (k->past.listener_free[r])
			fill_free_listener(&k->object, r);
	for (unsigned r = 1; r < KM_ENDPOINTS; r++)
		if (k->past.endpoint_free[r])
			fill_free_endpoint(&k->object, r);
	past_freed(&k->past);
}

struct tally *
kernel_count(struct kernel *k)
{
	int err;

	free_rows(k);
	err = tally_read(k->tally, sweep_idle_closed(k->sweep));

	if (err != 0) {
		log_warning("kernel engine: counters: %s", strerror(-err));
		return NULL;
	}
	sweep_settle(k->sweep, tally_made(k->tally));
	return k->tally;
}

struct sweep_figures
kernel_figures(const struct kernel *k)
{
	return sweep_figures(k->sweep);
}

uint64_t
kernel_sessions(const struct kernel *k)
{
	uint64_t n = 0;

	for (unsigned r = 1; r < KM_LISTENERS; r++)
		n += __atomic_load_n(&k->object.listeners[r].sessions, __ATOMIC_RELAXED);
	return n;
}

uint32_t
kernel_flows_max(const struct kernel *k)
{
	return k->object.settings->flow_room;
}
