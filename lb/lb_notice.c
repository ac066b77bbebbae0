/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lb_notice - follows the health board: a notice says "look now", and once a second we
 * look anyway.
 *
 * The states are copied into the live endpoints.  A stale board needs no handling: its
 * words are the last known states.  Where a board is gone, what was known stays known;
 * an endpoint that was never known counts as its pool assumes.
 */
#include <errno.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/boards.h>
#include <edge/clock.h>
#include <edge/log.h>
#include <edge/notice.h>

#include "lb.h"

#define NOTICES_PER_TURN 256

static void
on_notice(EV_P_ ev_io *io, int revents)
{
	struct lb *lb = container_of(io, struct lb, notice_io);
	struct notice n;

	(void)loop;
	(void)revents;
	for (int i = 0; i < NOTICES_PER_TURN; i++)
		if (!notice_receive(lb->notice_fd, &n))
			break;
	if (lb_look_at_health(lb) && lb_publish(lb) != 0)
		log_error("no memory for a new view: the old one stays");
}

int
lb_notice_open(struct lb *lb)
{
	int err = board_reader_new(lb->program.run_dir, &health_board_spec, &lb->health);

	if (err != 0)
		return err;
	lb->notice_fd = notice_open(lb->program.run_dir, "lb");
	if (lb->notice_fd < 0)
		return lb->notice_fd;
	if (lb->sender_fd < 0)
		lb->sender_fd = notice_sender_open();
	if (lb->sender_fd < 0)
		return lb->sender_fd;
	ev_io_init(&lb->notice_io, on_notice, lb->notice_fd, EV_READ);
	ev_io_start(lb->loop, &lb->notice_io);
	return 0;
}

void
lb_notice_close(struct lb *lb)
{
	if (lb->notice_fd >= 0) {
		ev_io_stop(lb->loop, &lb->notice_io);
		close(lb->notice_fd);
	}
	if (lb->sender_fd >= 0)
		close(lb->sender_fd);
	board_reader_free(&lb->health);
}

static void
tell_staleness(struct lb *lb)
{
	bool stale = board_reader_age_ns(lb->health) > BOARD_STALE_NS;

	if (stale == lb->health_stale)
		return;
	lb->health_stale = stale;
	if (stale)
		log_warning("the health board is silent: states stay as last known (is "
			    "edge-health running?)");
	else
		log_info("the health board is written");
}

static bool
is_same(const struct state *a, const struct state *b)
{
	return a->health == b->health && a->admin == b->admin && a->reason == b->reason &&
	       a->flags == b->flags;
}

/* Another process wrote it: what cannot have begun yet is no slow start. */
static int64_t
slow_start_of(const struct lb *lb, size_t row)
{
	uint64_t word = board_reader_load(lb->health, row, HEALTH_FIELD_SLOW_START);

	return word <= (uint64_t)clock_boot_ns() ? (int64_t)word : 0;
}

static bool
look_at_endpoint(struct lb *lb, const struct endpoint *e, struct live_endpoint *x)
{
	size_t row = board_reader_find(lb->health, e->id);
	struct state now = health_state(lb->health, e->id, e->member->pool);
	int64_t slow = 0;
	bool changed;

	if (row == BOARD_NO_ROW && x->state_known)
		return false;
	if (row != BOARD_NO_ROW)
		slow = slow_start_of(lb, row);
	changed = !x->looked || !is_same(&now, &x->state) || slow != x->slow_boot_ns;
	if (changed && x->looked)
		log_debug("%s: %s -> %s", x->full_name, state_summary(&x->state),
		    state_summary(&now));
	if (now.admin != ADMIN_DRAINING)
		x->drain_mono_ns = 0;
	else if (x->drain_mono_ns == 0)
		x->drain_mono_ns = clock_mono_ns();
	x->looked = true;
	x->state = now;
	x->state_known = x->state_known || row != BOARD_NO_ROW;
	x->slow_boot_ns = slow;
	return changed;
}

bool
lb_look_at_health(struct lb *lb)
{
	bool changed = false;

	board_reader_refresh(lb->health);
	tell_staleness(lb);
	for (size_t p = 0; p < lb->model->n_pools; p++) {
		const struct pool *pool = &lb->model->pools[p];

		for (size_t i = 0; i < pool->n_endpoints; i++) {
			struct live_endpoint *x =
			    live_endpoint(&lb->live, pool->endpoints[i].id);

			if (x != NULL && look_at_endpoint(lb, &pool->endpoints[i], x))
				changed = true;
		}
	}
	return changed;
}
