/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lb_ctl - the verbs of lb.ctl.
 */
#include <string.h>

#include <edge/base.h>
#include <edge/boards.h>
#include <edge/clock.h>
#include <edge/log.h>

#include "systemd.h"

#include "lb.h"

#define REMARKS_MAX 65536

static const char *
status_text(unsigned status)
{
	if (!(status & LB_LISTENER_OPEN))
		return "closed";
	if (status & LB_LISTENER_NO_VIP)
		return "vip-on-no-interface";
	if (status & LB_LISTENER_PAUSED)
		return "paused";
	return status & LB_LISTENER_KERNEL ? "open-in-kernel" : "open";
}

static void
kernel_status(const struct lb *lb, struct sbuf *out)
{
	struct sweep_figures f = kernel_figures(lb->kernel);

	sbuf_addf(out, "kernel flows %llu of %u\n",
	    (unsigned long long)kernel_sessions(lb->kernel),
	    kernel_flows_max(lb->kernel));
	sbuf_addf(out, "kernel sweep %.3f ms of %llu flows longest slice %.3f ms\n",
	    (double)f.cpu_ns / NS_PER_MS, (unsigned long long)f.flows,
	    (double)f.slice_max_ns / NS_PER_MS);
}

static void
verb_status(void *owner, struct ctl_request *req)
{
	struct lb *lb = owner;
	uint64_t sums[LB_FIELDS], sessions = 0, acked;
	int64_t lag_ns = 0, when;

	lb_stats_sums(lb, sums);
	for (unsigned i = 0; i < lb->n_workers; i++) {
		struct worker *w = lb->workers[i];
		int64_t lag = atomic_load_explicit(&w->lag_ns, memory_order_relaxed);

		sessions += atomic_load_explicit(&w->sessions_now, memory_order_relaxed);
		lag_ns = lag > lag_ns ? lag : lag_ns;
	}
	if (lb->kernel != NULL)
		sessions += kernel_sessions(lb->kernel);
	sbuf_addf(req->out, "instance %s\nconfiguration %016llx\n", lb->model->instance,
	    (unsigned long long)lb->model->hash);
	acked = lb_acked(lb, &when);
	sbuf_addf(req->out, "workers %u\nview %llu applied %llu\n", lb->n_workers,
	    (unsigned long long)lb->view->generation, (unsigned long long)acked);
	sbuf_addf(req->out, "sessions %llu of %u\n", (unsigned long long)sessions,
	    lb->sessions_max);
	if (lb->kernel != NULL)
		kernel_status(lb, req->out);
	sbuf_addf(req->out, "ports short %llu\n",
	    (unsigned long long)sums[LB_FIELD_PORTS_SHORT]);
	sbuf_addf(req->out, "loop lag %.3f ms\n", (double)lag_ns / NS_PER_MS);
	sbuf_addf(req->out, "health board %s\n",
	    !board_reader_present(lb->health) ? "missing"
	    : lb->health_stale                ? "stale"
					      : "fresh");
	if (lb->model->lb.log_sessions != NULL || sums[LB_FIELD_LOG_LOST] != 0)
		sbuf_addf(req->out, "session log %s lost %llu\n",
		    lb->model->lb.log_sessions != NULL ? lb->model->lb.log_sessions : "-",
		    (unsigned long long)sums[LB_FIELD_LOG_LOST]);
	lb_remark_on_sources(lb->model, req->out);
	sbuf_addf(req->out, "log lines lost %llu\n", (unsigned long long)log_dropped());
}

static void
verb_sessions(void *owner, struct ctl_request *req)
{
	struct lb *lb = owner;
	const struct live *live = &lb->live;

	for (size_t i = 0; i < live->n_listeners; i++) {
		const struct live_listener *x = live->listeners[i];

		sbuf_addf(req->out, "%s %s sessions %u total %llu\n", x->full_name,
		    status_text(lb_listener_status(lb, x)),
		    atomic_load(&x->sessions) + x->flows,
		    (unsigned long long)live_listener_sum(
			live, x, LB_FIELD_SESSIONS_TOTAL));
	}
	for (size_t i = 0; i < live->n_endpoints; i++) {
		const struct live_endpoint *x = live->endpoints[i];

		sbuf_addf(req->out, "%s %s sessions %u total %llu\n", x->full_name,
		    x->wanted ? state_summary(&x->state) : "removed",
		    atomic_load(&x->sessions) + x->flows,
		    (unsigned long long)live_endpoint_sum(
			live, x, LB_FIELD_SESSIONS_TOTAL));
	}
}

static void
verb_reload(void *owner, struct ctl_request *req)
{
	struct lb *lb = owner;
	struct sbuf why;

	sbuf_init(&why, REMARKS_MAX);
	systemd_reloading();
	if (lb_reload(lb, &why) != 0)
		ctl_fail(req, "the configuration before stays in effect");
	systemd_ready();
	sbuf_addf(req->out, "%s", sbuf_text(&why));
	sbuf_fini(&why);
}

static void
verb_upgrade(void *owner, struct ctl_request *req)
{
	struct lb *lb = owner;
	const struct upgrade *u = &lb->upgrade;
	struct sbuf why;

	if (req->argc > 1) {
		if (strcmp(req->argv[1], "status") != 0)
			ctl_fail(req, "upgrade takes 'status' or nothing");
		else
			sbuf_addf(req->out, "%u %s\n%s\n", u->attempts,
			    upgrade_stage_word(u->stage), u->text);
		return;
	}
	sbuf_init(&why, UPGRADE_TEXT);
	if (upgrade_begin(lb, &why) != 0)
		ctl_fail(req, "%s", sbuf_text(&why));
	else
		sbuf_addf(req->out, "%u %s\n", u->attempts, upgrade_stage_word(u->stage));
	sbuf_fini(&why);
}

static const struct ctl_verb verbs[] = {
    {"status", CTL_READ, 0, 0, verb_status, "status: the process in a few lines"},
    {"sessions", CTL_READ, 0, 0, verb_sessions,
	"sessions: how many each listener and endpoint has"},
    {"reload", CTL_RELOAD, 0, 0, verb_reload, "reload: take over the configuration file"},
    {"upgrade", CTL_RELOAD, 0, 1, verb_upgrade,
	"upgrade [status]: let the program that is installed now take over; how that "
	"went"},
};

static void
on_ctl(EV_P_ ev_io *io, int revents)
{
	struct lb *lb = container_of(io, struct lb, ctl_io);

	(void)loop;
	(void)revents;
	ctl_dispatch(lb->ctl);
}

int
lb_ctl_open(struct lb *lb)
{
	int err =
	    ctl_open(lb->program.run_dir, "lb", verbs, countof(verbs), lb, &lb->ctl);

	if (err != 0)
		return err;
	ev_io_init(&lb->ctl_io, on_ctl, ctl_fd(lb->ctl), EV_READ);
	ev_io_start(lb->loop, &lb->ctl_io);
	return 0;
}
