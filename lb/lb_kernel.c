/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lb_kernel - the kernel engine in the life of edge-lb.
 *
 * It is opened when a configuration first needs it, or when an edge-lb before left it in
 * the kernel (whose listeners must end to be ours), and from then on held to the end:
 * what it serves no longer, it still knows until the last flow is gone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edge/base.h>
#include <edge/clock.h>
#include <edge/log.h>

#include "engines.h"
#include "lb.h"
#include "lb_wanted.h"
#include "left.h"

#define WHY_MAX     4096
#define REMARKS_MAX 65536

/* --- is it there? --------------------------------------------------------------------
 */

static struct follow_wish
where(const struct model *m)
{
	return (struct follow_wish){
	    m->lb.kernel.attach, m->lb.interfaces, m->lb.n_interfaces};
}

static int
open_kernel(struct lb *lb, const struct model *m, struct sbuf *why)
{
	struct kernel_setup setup = {
	    .pins = m->lb.kernel.pins,
	    .flows = m->lb.kernel.flows,
	    .half_open = m->lb.kernel.half_open,
	    .loop = lb->loop,
	    .where = where(m),
	};
	int err = kernel_possible(why);

	return err != 0 ? err : kernel_open(&setup, &lb->kernel, why);
}

/* Told when the rest of the configuration has turned out to be possible, too. */
static void
hold_remarks(struct lb *lb, const struct model *m, const char *why_not)
{
	struct sbuf remarks;

	sbuf_init(&remarks, REMARKS_MAX);
	engines_remark(m, why_not, &remarks);
	free(lb->engine_remarks);
	lb->engine_remarks = strdup(sbuf_text(&remarks));
	sbuf_fini(&remarks);
}

void
lb_kernel_tell(struct lb *lb, struct sbuf *ret)
{
	if (lb->engine_remarks != NULL)
		sbuf_addf(ret, "%s", lb->engine_remarks);
	free(lb->engine_remarks);
	lb->engine_remarks = NULL;
}

/* lb.kernel.pins was another, and what is there was not taken away. */
static void
tell_of_others(const struct lb *lb, const struct model *m, struct sbuf *ret)
{
	struct sbuf others;
	const char *dir;
	size_t n;
	int err;

	sbuf_init(&others, WHY_MAX);
	err = left_pins(
	    lb->program.run_dir, m->lb.kernel.pins, lb->kernel != NULL, &others);
	if (err != 0)
		sbuf_addf(ret, "cannot remember where the kernel engine is pinned: %s\n",
		    strerror(-err));
	for (dir = sbuf_text(&others); *dir != '\0'; dir += n + 1) {
		n = strcspn(dir, "\n");
		sbuf_addf(ret,
		    "packets still go by what an edge-lb before left in %.*s: "
		    "`edgectl detach %.*s` takes it away\n",
		    (int)n, dir, (int)n, dir);
	}
	sbuf_fini(&others);
}

int
lb_kernel_settle(struct lb *lb, struct model *m, struct sbuf *why)
{
	enum engines_need need = engines_need(m);
	bool had_kernel = lb->kernel != NULL;
	const char *why_not = NULL;
	struct sbuf because;
	int err = 0;

	sbuf_init(&because, WHY_MAX);
	if (!had_kernel && (need != ENGINES_RELAY || left_engine(m->lb.kernel.pins))) {
		err = open_kernel(lb, m, &because);
		if (err != 0)
			why_not = sbuf_text(&because);
		else if (because.length != 0)
			sbuf_addf(why, "%s\n", sbuf_text(&because));
	}
	/* Its flows need the host's settings, whatever is configured now. */
	lb->keep.passes =
	    lb->keep.passes || lb->kernel != NULL || left_engine(m->lb.kernel.pins);
	if (err != 0 && need != ENGINES_KERNEL && left_engine(m->lb.kernel.pins))
		sbuf_addf(why,
		    "packets may still go by what an edge-lb before left in %s (edgectl "
		    "detach takes it away): %s\n",
		    m->lb.kernel.pins, why_not);
	if (err != 0 && need == ENGINES_KERNEL) {
		sbuf_addf(why, "%s is the kernel engine's: %s",
		    engines_first_kernel(m)->full_name, why_not);
	} else {
		engines_settle(m, why_not);
		hold_remarks(lb, m, why_not);
		if (!had_kernel)
			tell_of_others(lb, m, why);
		err = 0;
	}
	sbuf_fini(&because);
	return err;
}

int
lb_kernel_check(struct model *m, struct sbuf *why)
{
	enum engines_need need = engines_need(m);
	struct sbuf because;
	int err;

	sbuf_init(&because, WHY_MAX);
	err = need == ENGINES_RELAY ? 0 : kernel_check(m->lb.kernel.pins, &because);
	engines_settle(m, err == 0 ? NULL : sbuf_text(&because));
	/* What is in the kernel would be nobody's: that is no case for falling back. */
	if (err != 0 && (need == ENGINES_KERNEL || left_engine(m->lb.kernel.pins)))
		sbuf_addf(why, "the kernel engine: %s", sbuf_text(&because));
	else
		err = 0;
	sbuf_fini(&because);
	return err;
}

static void
forget(struct lb *lb)
{
	wanted_free(&lb->wanted);
}

bool
lb_kernel_serves(const struct lb *lb)
{
	return lb->kernel != NULL && kernel_serves(lb->kernel);
}

void
lb_kernel_undo(struct lb *lb)
{
	if (lb->kernel == NULL || !kernel_is_new(lb->kernel))
		return;
	ev_timer_stop(lb->loop, &lb->kernel_turn);
	forget(lb);
	kernel_remove(&lb->kernel);
	lb->keep.passes = false;
}

void
lb_kernel_close(struct lb *lb)
{
	ev_timer_stop(lb->loop, &lb->kernel_turn);
	forget(lb);
	free(lb->engine_remarks);
	lb->engine_remarks = NULL;
	kernel_close(&lb->kernel);
}

/* --- what it does --------------------------------------------------------------------
 */

static void on_turn(EV_P_ ev_timer *timer, int revents);

/* One piece of work, and an appointment for the next. */
static void
turn(struct lb *lb)
{
	int64_t now_ns = clock_mono_ns();
	int64_t due_ns = kernel_turn(lb->kernel, now_ns);

	ev_timer_stop(lb->loop, &lb->kernel_turn);
	if (due_ns == INT64_MAX)
		return;
	ev_timer_init(&lb->kernel_turn, on_turn,
	    due_ns <= now_ns ? 0. : (double)(due_ns - now_ns) / NS_PER_S, 0.);
	ev_timer_start(lb->loop, &lb->kernel_turn);
}

static void
on_turn(EV_P_ ev_timer *timer, int revents)
{
	(void)loop;
	(void)revents;
	turn(container_of(timer, struct lb, kernel_turn));
}

void
lb_kernel_remark(const struct lb *lb, const struct model *m, struct sbuf *ret)
{
	const struct kernel_conf *now = &lb->model->lb.kernel, *then = &m->lb.kernel;

	if (lb->kernel == NULL)
		return;
	if (strcmp(now->pins, then->pins) != 0)
		sbuf_addf(ret,
		    "lb.kernel.pins: %s now, %s after the next restart, without the "
		    "sessions there are then; `edgectl detach %s` then, or packets go "
		    "on by what is left there\n",
		    now->pins, then->pins, now->pins);
	if (now->flows != then->flows || now->half_open != then->half_open)
		sbuf_addf(ret,
		    "lb.kernel: flows and half_open stay as they are until "
		    "'edgectl detach' and a restart, which end all sessions\n");
}

int
lb_kernel_prepare(
    struct lb *lb, const struct model *m, const struct view *v, struct sbuf *why)
{
	size_t said = why->length;
	int err;

	if (lb->kernel == NULL)
		return 0;
	lb->wanted = wanted_new(m, v, clock_mono_ns());
	err = lb->wanted == NULL ? -ENOMEM : kernel_prepare(lb->kernel, lb->wanted, why);
	if (err != 0 && why->length == said)
		sbuf_addf(why, "the kernel engine: %s", strerror(-err));
	if (err != 0)
		forget(lb);
	return err;
}

void
lb_kernel_abort(struct lb *lb)
{
	if (lb->wanted != NULL)
		kernel_abort(lb->kernel);
	forget(lb);
}

void
lb_kernel_commit(struct lb *lb)
{
	const struct follow_wish place = where(lb->model);

	if (lb->wanted == NULL)
		return;
	kernel_commit(lb->kernel, lb->wanted, clock_mono_ns());
	kernel_place(lb->kernel, &place);
	forget(lb);
	turn(lb);
}

void
lb_kernel_follow(struct lb *lb)
{
	struct kernel_wanted *w;

	if (lb->kernel == NULL || lb->view == NULL)
		return;
	w = wanted_new(lb->model, lb->view, clock_mono_ns());
	if (w != NULL) {
		kernel_follow(lb->kernel, w);
		turn(lb);
	} else {
		log_error("no memory: the kernel engine's states stay as they are");
	}
	wanted_free(&w);
}
