/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lb_stats - sums the workers' and the kernel engine's counters onto the board, once a
 * second.
 *
 * Counters go on from what the board said before this process: a restart loses at most
 * the last second.  Gauges are what is true now.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edge/boards.h>
#include <edge/clock.h>

#include "lb.h"
#include "listen.h"

#define VIP_LOOK_NS (2 * NS_PER_S)

enum field_nature { STATE, COUNTER, GAUGE, TIME, DETAIL };

static const enum field_nature natures[LB_FIELDS] = {
#define FIELD(id, word, nature, on, text) [LB_FIELD_##id] = nature,
#include <edge/tbl/lb_fields.h>
};

static void
adopt_row(const struct board *b, uint64_t id, uint64_t base[LB_FIELDS])
{
	size_t row = board_find(b, id);

	for (unsigned f = 0; row != BOARD_NO_ROW && f < LB_FIELDS; f++)
		base[f] = natures[f] == COUNTER ? board_load(b, row, f) : 0;
}

void
lb_stats_adopt(struct lb *lb)
{
	for (size_t i = 0; i < lb->live.n_listeners; i++) {
		struct live_listener *x = lb->live.listeners[i];

		if (!x->base_set && x->wanted)
			adopt_row(lb->board, x->id, x->base);
		x->base_set = x->base_set || x->wanted;
	}
	for (size_t i = 0; i < lb->live.n_endpoints; i++) {
		struct live_endpoint *x = lb->live.endpoints[i];

		if (!x->base_set && x->wanted)
			adopt_row(lb->board, x->id, x->base);
		x->base_set = x->base_set || x->wanted;
	}
}

int
lb_stats_open(struct lb *lb, struct sbuf *why)
{
	size_t n;
	struct board_row_spec *rows = lb_board_rows(lb->model, &n);
	int err = -ENOMEM;

	if (rows != NULL)
		err = board_create(lb->program.run_dir, &lb_board_spec, rows, n,
		    lb->model->hash, &lb->board);
	free(rows);
	if (err != 0) {
		sbuf_addf(why, "cannot write %s/lb.board: %s", lb->program.run_dir,
		    strerror(-err));
		return err;
	}
	adopt_row(lb->board, BOARD_PROCESS_ID, lb->base);
	return 0;
}

int
lb_stats_replace(struct lb *lb, const struct model *m, struct sbuf *why)
{
	size_t n;
	struct board_row_spec *rows = lb_board_rows(m, &n);
	int err = -ENOMEM;

	if (rows != NULL)
		err = board_replace(&lb->board, rows, n, m->hash);
	free(rows);
	if (err != 0)
		sbuf_addf(why, "cannot write %s/lb.board: %s", lb->program.run_dir,
		    strerror(-err));
	return err;
}

unsigned
lb_listener_status(const struct lb *lb, const struct live_listener *x)
{
	unsigned status = x->vip_missing ? LB_LISTENER_NO_VIP : 0;

	if (x->wanted && x->engine == ENGINE_KERNEL)
		return status | LB_LISTENER_OPEN | LB_LISTENER_KERNEL;
	if (live_listener_is_open(x))
		status |= LB_LISTENER_OPEN;
	for (unsigned w = 0; x->proto == PROTO_TCP && w < lb->n_workers; w++)
		if (atomic_load_explicit(
			&lb->workers[w]->paused_now, memory_order_relaxed))
			status |= LB_LISTENER_PAUSED;
	for (unsigned w = 0; w < lb->n_workers; w++)
		if (atomic_load_explicit(&x->share[w].paced, memory_order_relaxed))
			status |= LB_LISTENER_PAUSED;
	return status;
}

static uint64_t
count_waiting(const struct lb *lb, const struct live_listener *x)
{
	uint64_t n = 0;

	for (unsigned w = 0; w < lb->n_workers; w++)
		n += atomic_load_explicit(&x->share[w].waiting, memory_order_relaxed);
	return n;
}

static void
write_listener(struct lb *lb, const struct live_listener *x)
{
	size_t row = board_find(lb->board, x->id);

	if (row == BOARD_NO_ROW)
		return;
	for (unsigned f = 0; f < LB_FIELDS; f++)
		if (natures[f] == COUNTER)
			board_store(lb->board, row, f,
			    live_listener_sum(&lb->live, x, (enum lb_field)f));
	board_store(lb->board, row, LB_FIELD_STATUS, lb_listener_status(lb, x));
	board_store(lb->board, row, LB_FIELD_WAITING, count_waiting(lb, x));
	board_store(lb->board, row, LB_FIELD_SESSIONS,
	    atomic_load_explicit(&x->sessions, memory_order_relaxed) + x->flows);
}

static void
write_endpoint(struct lb *lb, const struct live_endpoint *x)
{
	size_t row = board_find(lb->board, x->id);

	if (row == BOARD_NO_ROW)
		return;
	for (unsigned f = 0; f < LB_FIELDS; f++)
		if (natures[f] == COUNTER)
			board_store(lb->board, row, f,
			    live_endpoint_sum(&lb->live, x, (enum lb_field)f));
	board_store(lb->board, row, LB_FIELD_SESSIONS,
	    atomic_load_explicit(&x->sessions, memory_order_relaxed) + x->flows);
}

void
lb_stats_sums(const struct lb *lb, uint64_t ret[LB_FIELDS])
{
	memcpy(ret, lb->base, sizeof lb->base);
	for (unsigned i = 0; i < lb->n_workers; i++)
		for (unsigned f = 0; f < LB_FIELDS; f++)
			ret[f] += counters_get(&lb->workers[i]->count, (enum lb_field)f);
}

static void
write_process(struct lb *lb)
{
	size_t row = board_find(lb->board, BOARD_PROCESS_ID);
	uint64_t sums[LB_FIELDS], sessions = 0;
	int64_t lag_ns = 0;

	lb_stats_sums(lb, sums);
	for (unsigned i = 0; i < lb->n_workers; i++) {
		const struct worker *w = lb->workers[i];
		int64_t lag = atomic_load_explicit(&w->lag_ns, memory_order_relaxed);

		sessions += atomic_load_explicit(&w->sessions_now, memory_order_relaxed);
		if (lag > lag_ns)
			lag_ns = lag;
	}
	for (unsigned f = 0; f < LB_FIELDS; f++)
		if (natures[f] == COUNTER)
			board_store(lb->board, row, f, sums[f]);
	board_store(lb->board, row, LB_FIELD_SESSIONS, sessions + lb->flows);
	board_store(lb->board, row, LB_FIELD_FLOWS, lb->flows);
	board_store(lb->board, row, LB_FIELD_FLOWS_MAX,
	    lb->kernel != NULL ? kernel_flows_max(lb->kernel) : 0);
	board_store(lb->board, row, LB_FIELD_SESSIONS_MAX, lb->sessions_max);
	board_store(lb->board, row, LB_FIELD_LOOP_LAG, (uint64_t)lag_ns);
}

void
lb_stats_applied(struct lb *lb)
{
	size_t row = board_find(lb->board, BOARD_PROCESS_ID);
	int64_t when;
	uint64_t acked = lb_acked(lb, &when);

	/* Who sees the generation finds its time already there. */
	board_store(lb->board, row, LB_FIELD_APPLIED, (uint64_t)when);
	board_store(lb->board, row, LB_FIELD_STATUS, acked);
}

void
lb_stats_write(struct lb *lb)
{
	int64_t now_ns = clock_mono_ns();

	if (now_ns - lb->looked_for_vips_ns >= VIP_LOOK_NS) {
		lb->looked_for_vips_ns = now_ns;
		listen_look_for_vips(&lb->live);
	}
	lb_tally(lb);
	for (size_t i = 0; i < lb->live.n_listeners; i++)
		write_listener(lb, lb->live.listeners[i]);
	for (size_t i = 0; i < lb->live.n_endpoints; i++)
		write_endpoint(lb, lb->live.endpoints[i]);
	write_process(lb);
	lb_stats_applied(lb);
	board_beat(lb->board);
}
