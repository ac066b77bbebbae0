/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lb - start and end, and what is done each second.
 */
#include "lb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>

#include <edge/base.h>
#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/diag.h>
#include <edge/log.h>

#include "listen.h"

#define LOG_END_NS NS_PER_S

/* Two descriptors a session, a fifth of all for everything else. */
static uint32_t
sessions_by_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return 400;
	if (r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
		getrlimit(RLIMIT_NOFILE, &r);
	}
	if (r.rlim_cur > 2000000)
		r.rlim_cur = 2000000;
	return (uint32_t)((r.rlim_cur - r.rlim_cur / 5) / 2);
}

/* --- what comes from outside ---------------------------------------------------------
 */

static void
on_acknowledged(EV_P_ ev_async *async, int revents)
{
	(void)loop;
	(void)revents;
	struct lb *lb = container_of(async, struct lb, acknowledged);

	lb_collect(lb);
	lb_stats_applied(lb);
}

static void
on_second(EV_P_ ev_timer *timer, int revents)
{
	struct lb *lb = container_of(timer, struct lb, second);

	(void)loop;
	(void)revents;
	if (lb_look_at_health(lb) && lb_publish(lb) != 0)
		log_error("no memory for a new view: the old one stays");
	lb_kernel_follow(lb);
	lb_collect(lb);
	lb_stats_write(lb);
	lb_look_for_bypass(lb);
	ctl_dispatch(lb->ctl);
}

/* --- start and end ---------------------------------------------------------------------
 */

int
lb_create_workers(struct lb *lb, const struct saved_watched *watched)
{
	static const struct saved_watched none = {.fd = -1};
	struct worker_setup setup = {
	    .run_dir = lb->program.run_dir,
	    .notice_fd = lb->sender_fd,
	    .main_loop = lb->loop,
	    .main_wake = &lb->acknowledged,
	    .ports = &lb->ports,
	    .pipes_max = pipes_limit(lb->sessions_max, lb->n_workers),
	};
	int err = 0;

	if (getrandom(&setup.secret, sizeof setup.secret, 0) < 0)
		return -errno;
	port_set_read(&lb->ports);
	lb->workers = calloc(lb->n_workers, sizeof(struct worker *));
	if (lb->workers == NULL)
		return -ENOMEM;
	err = session_log_new(lb->n_workers, &lb->log);
	for (unsigned i = 0; err == 0 && i < lb->n_workers; i++) {
		setup.index = i;
		setup.watched = watched != NULL ? watched[i] : none;
		setup.sessions_max = lb->sessions_max / lb->n_workers +
				     (i < lb->sessions_max % lb->n_workers);
		err = worker_new(&setup, &lb->workers[i]);
	}
	return err;
}

void
lb_log_sessions(struct lb *lb)
{
	int err = session_log_use(lb->log, lb->model->lb.log_sessions);

	if (err != 0)
		log_error("session log: %s: there is none", strerror(-err));
	for (unsigned i = 0; err == 0 && i < lb->n_workers; i++)
		atomic_store_explicit(&lb->workers[i]->log, session_log_ring(lb->log, i),
		    memory_order_release);
}

static int
start_workers(struct lb *lb)
{
	int err = 0;

	lb_kernel_commit(lb);
	lb_log_sessions(lb);
	for (unsigned i = 0; err == 0 && i < lb->n_workers; i++)
		err = worker_start(lb->workers[i]);
	return err;
}

void
lb_fix_sizes(struct lb *lb)
{
	uint32_t by_descriptors = sessions_by_descriptors();

	lb->n_workers = (unsigned)lb->model->lb.workers;
	lb->steer.bits[FAMILY_V4] = (uint8_t)lb->model->lb.affinity_mask_v4;
	lb->steer.bits[FAMILY_V6] = (uint8_t)lb->model->lb.affinity_mask_v6;
	lb->sessions_max = by_descriptors;
	if (lb->model->lb.sessions != 0 && lb->model->lb.sessions < by_descriptors)
		lb->sessions_max = lb->model->lb.sessions;
	if (lb->sessions_max < lb->n_workers) /* a worker without any would only wait */
		lb->sessions_max = lb->n_workers;
}

static int
said(int err, struct sbuf *why, const char *what)
{
	if (err != 0)
		sbuf_addf(why, "%s: %s", what, strerror(-err));
	return err;
}

static int
open_parts(struct lb *lb, struct sbuf *why)
{
	int err = said(live_grow(&lb->live, lb->model), why, "live objects");

	if (err != 0)
		return err;
	/* First: it finds out whether another edge-lb is running. */
	err = lb_ctl_open(lb);
	if (err != 0)
		sbuf_addf(why, "control socket lb.ctl: %s", ctl_open_text(err));
	if (err == 0)
		err = lb_kernel_settle(lb, lb->model, why);
	live_want(&lb->live, lb->model);
	if (err == 0)
		err = lb_open_listeners(lb, lb->model, why);
	if (err == 0)
		err = keep_apply(&lb->keep, lb->model, &lb->live, why);
	if (err == 0)
		err = lb_stats_open(lb, why);
	if (err == 0)
		err = said(lb_notice_open(lb), why, "notices lb.notice");
	if (err != 0)
		return err;
	lb_stats_adopt(lb);
	lb_look_at_health(lb);
	err = lb_create_workers(lb, NULL);
	if (err == 0)
		err = lb_publish(lb);
	if (err != 0)
		return said(err, why, "workers");
	err = lb_kernel_prepare(lb, lb->model, lb->view, why);
	return err != 0 ? err : said(start_workers(lb), why, "workers");
}

void
lb_init(struct lb *lb, const struct program *program, struct ev_loop *loop)
{
	*lb = (struct lb){
	    .program = *program, .loop = loop, .notice_fd = -1, .sender_fd = -1};
	keep_init(&lb->keep, program->run_dir);
	ev_async_init(&lb->acknowledged, on_acknowledged);
	ev_async_start(loop, &lb->acknowledged);
	ev_init(&lb->kernel_turn, NULL);
}

void
lb_start_seconds(struct lb *lb)
{
	ev_timer_init(&lb->second, on_second, 1., 1.);
	ev_set_priority(&lb->second, EV_MINPRI);
	ev_timer_start(lb->loop, &lb->second);
}

int
lb_open(
    struct lb *lb, const struct program *program, struct ev_loop *loop, struct sbuf *why)
{
	int err;

	lb_init(lb, program, loop);
	if (!conf_load_said(program->conf_file, DIAG_ERROR, &lb->model, why))
		return -EINVAL;
	lb_fix_sizes(lb);
	live_init(&lb->live, lb->n_workers);
	err = open_parts(lb, why);
	if (err != 0) {
		lb_kernel_undo(lb);
		return err;
	}
	lb_kernel_tell(lb, why);
	lb_remark_on_sources(lb->model, why);
	lb_stats_write(lb);
	lb_start_seconds(lb);
	return 0;
}

void
lb_close(struct lb *lb)
{
	bool goes_on = lb_kernel_serves(lb);

	upgrade_fini(lb);
	ev_timer_stop(lb->loop, &lb->second);
	ev_async_stop(lb->loop, &lb->acknowledged);
	for (unsigned i = 0; lb->workers != NULL && i < lb->n_workers; i++)
		if (lb->workers[i] != NULL)
			worker_stop(lb->workers[i]);
	lb->base[LB_FIELD_LOG_LOST] += session_log_free(&lb->log, LOG_END_NS);
	if (lb->view != NULL) /* it ran */
		lb_stats_write(lb);
	while (lb->view != NULL) {
		struct view *v = lb->view;

		lb->view = v->older;
		view_free(&v);
	}
	for (size_t i = 0; i < lb->live.n_listeners; i++)
		listen_close(lb->live.listeners[i], lb->n_workers);
	live_fini(&lb->live);
	for (unsigned i = 0; lb->workers != NULL && i < lb->n_workers; i++)
		worker_free(&lb->workers[i]);
	free(lb->workers);
	lb_kernel_close(lb);
	if (goes_on) {
		keep_leave(&lb->keep);
		log_info("the kernel engine goes on, with what it needs of this host; "
			 "'edgectl detach' ends it");
	} else {
		keep_fini(&lb->keep);
	}
	lb_notice_close(lb);
	if (lb->ctl != NULL)
		ev_io_stop(lb->loop, &lb->ctl_io);
	ctl_close(&lb->ctl);
	board_close(&lb->board);
	model_free(&lb->model);
}
