/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * daemon - opening, reloading, closing.
 *
 * The control socket is opened before the board: it is what keeps a second edge-health
 * from writing states beside the first.  At the end the board stays as it is; readers go
 * on with the last states and see that the heartbeat stopped.
 */
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/log.h>
#include <edge/notice.h>

#include "rights.h"
#include "systemd.h"
#include "verbs.h"

#define WHY_MAX    512
#define ANSWER_MAX ((size_t)256 * 1024)
/* Notices taken at once, and how long nobody listens then: a storm of evidence, or of
 * nonsense, must neither delay probes nor keep this process busy.  What the queue cannot
 * hold meanwhile is lost, as notices may be: who sees failures sees more of them. */
#define EVIDENCE_PER_TURN 128
#define EVIDENCE_REST_S   0.01

/* To the log, and to who asked for a reload. */
static void
say_missing_rights(const struct daemon *d, struct sbuf *answer)
{
	struct sbuf said;

	sbuf_init(&said, ANSWER_MAX);
	rights_check(d->model, &said);
	log_verbatim(sbuf_text(&said));
	if (answer != NULL)
		sbuf_addf(answer, "%s", sbuf_text(&said));
	sbuf_fini(&said);
}

static void
on_sockets_lost(void *owner)
{
	struct daemon *d = owner;

	if (d->vip != NULL)
		vip_watch_lost(d->vip);
}

/* Through the VIPs too, once the prober runs.  Without memory only directly. */
static void
watch_vips(struct daemon *d)
{
	struct vip_watch *from = d->vip;

	d->vip = NULL;
	if (vip_watch_new(d->prober, &d->publish, &d->vip_sockets, from, &d->vip) != 0)
		log_error("no memory to look through the VIPs");
	vip_watch_free(&from);
}

bool
daemon_reload(struct daemon *d, struct sbuf *answer)
{
	struct model *model = NULL;
	struct prober *prober = NULL;
	char why[WHY_MAX];
	int err;

	systemd_reloading();
	if (!conf_load_said(d->program.conf_file, DIAG_NOTE, &model, answer))
		goto refused;
	if (prober_new(model, &d->pulse, &prober, why, sizeof why) != 0) {
		sbuf_addf(answer, "%s\n", why);
		goto refused;
	}
	err = publish_replace(&d->publish, model);
	if (err != 0) {
		sbuf_addf(answer, "health.board: %s\n", strerror(-err));
		goto refused;
	}
	/* From here on nothing can fail. */
	if (d->vip != NULL)
		vip_watch_stop(d->vip);
	prober_inherit(prober, d->prober);
	prober_free(&d->prober);
	model_free(&d->model);
	d->prober = prober;
	d->model = model;
	d->reloads++;
	pulse_look(&d->pulse);
	prober_start(d->prober, &d->publish, &d->admin.list);
	watch_vips(d);
	log_info("configuration loaded anew");
	say_missing_rights(d, answer);
	systemd_ready();
	return true;
refused:
	log_error("reload refused: the configuration before stays in effect");
	prober_free(&prober);
	model_free(&model);
	systemd_ready();
	return false;
}

static void
on_hangup(EV_P_ ev_signal *w, int revents)
{
	struct daemon *d = container_of(w, struct daemon, hangup);
	struct sbuf answer;

	(void)EV_A;
	(void)revents;
	sbuf_init(&answer, ANSWER_MAX);
	if (!daemon_reload(d, &answer))
		log_verbatim(sbuf_text(&answer));
	sbuf_fini(&answer);
}

static void
on_terminate(EV_P_ ev_signal *w, int revents)
{
	(void)w;
	(void)revents;
	ev_break(EV_A_ EVBREAK_ALL);
}

static void
on_ctl(EV_P_ ev_io *w, int revents)
{
	struct daemon *d = container_of(w, struct daemon, ctl_io);

	(void)EV_A;
	(void)revents;
	ctl_dispatch(d->ctl);
}

static void
on_evidence(EV_P_ ev_io *w, int revents)
{
	struct daemon *d = container_of(w, struct daemon, evidence_io);
	struct notice n;

	(void)revents;
	for (int i = 0; i < EVIDENCE_PER_TURN && notice_receive(d->evidence_fd, &n);
	     i++) {
		struct target *t;

		if (n.kind != NOTICE_EVIDENCE)
			continue;
		/* Not every id is one of ours: the balancer may have another model. */
		t = prober_find(d->prober, n.id);
		if (t != NULL)
			target_suspect(t);
	}
	ev_io_stop(EV_A_ w);
	ev_timer_set(&d->evidence_rest, EVIDENCE_REST_S, 0.0);
	ev_timer_start(EV_A_ & d->evidence_rest);
}

static void
on_evidence_rested(EV_P_ ev_timer *w, int revents)
{
	struct daemon *d = container_of(w, struct daemon, evidence_rest);

	(void)revents;
	ev_io_start(EV_A_ & d->evidence_io);
}

static void
on_beat(EV_P_ ev_timer *w, int revents)
{
	struct daemon *d = container_of(w, struct daemon, beat);

	(void)EV_A;
	(void)revents;
	board_beat(d->publish.board);
	prober_beat(d->prober);
	ctl_dispatch(d->ctl);
	systemd_watchdog();
}

static int
open_admin(struct daemon *d)
{
	char why[WHY_MAX];
	int err;

	/* One level: the parent is the administrator's. */
	if (mkdir(d->program.state_dir, 0750) != 0 && errno != EEXIST) {
		err = -errno;
		log_error("state directory %s: %s", d->program.state_dir, strerror(-err));
		return err;
	}
	err = admin_store_open(&d->admin, d->program.state_dir, why, sizeof why);
	if (why[0] != '\0')
		log_error("%s", why);
	return err;
}

static int
open_sockets(struct daemon *d)
{
	const char *dir = d->program.run_dir;
	int err = ctl_open(dir, "health", health_verbs, health_verbs_count, d, &d->ctl);

	if (err != 0) {
		log_error("control socket %s/health.ctl: %s", dir, ctl_open_text(err));
		return err;
	}
	d->evidence_fd = notice_open(dir, "health");
	if (d->evidence_fd < 0) {
		log_error("notices in %s: %s", dir, strerror(-d->evidence_fd));
		return d->evidence_fd;
	}
	err = publish_open(&d->publish, dir, d->model);
	if (err != 0)
		log_error("health.board in %s: %s", dir, strerror(-err));
	return err;
}

static void
start_watchers(struct daemon *d)
{
	ev_io_init(&d->ctl_io, on_ctl, ctl_fd(d->ctl), EV_READ);
	ev_io_start(d->loop, &d->ctl_io);
	ev_io_init(&d->evidence_io, on_evidence, d->evidence_fd, EV_READ);
	ev_io_start(d->loop, &d->evidence_io);
	ev_init(&d->evidence_rest, on_evidence_rested);
	ev_timer_init(&d->beat, on_beat, 1.0, 1.0);
	ev_timer_start(d->loop, &d->beat);
	ev_signal_init(&d->terminate, on_terminate, SIGTERM);
	ev_signal_start(d->loop, &d->terminate);
	ev_signal_init(&d->interrupt, on_terminate, SIGINT);
	ev_signal_start(d->loop, &d->interrupt);
	ev_signal_init(&d->hangup, on_hangup, SIGHUP);
	ev_signal_start(d->loop, &d->hangup);
}

int
daemon_open(struct daemon *d, const struct program *program)
{
	struct sbuf answer;
	char why[WHY_MAX];
	bool good;
	int err;

	*d = (struct daemon){.program = *program, .evidence_fd = -1};
	d->publish.notice_fd = -1;
	d->started = clock_boot_ns();
	sbuf_init(&answer, ANSWER_MAX);
	good = conf_load_said(program->conf_file, DIAG_NOTE, &d->model, &answer);
	log_verbatim(sbuf_text(&answer));
	sbuf_fini(&answer);
	if (!good)
		return -EINVAL;
	d->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	if (d->loop == NULL) {
		log_error("no event loop");
		return -ENOSYS;
	}
	pulse_start(&d->pulse, d->loop);
	d->pulse.run_dir = program->run_dir;
	err = prober_new(d->model, &d->pulse, &d->prober, why, sizeof why);
	if (err != 0) {
		log_error("%s", why);
		return err;
	}
	err = open_admin(d);
	if (err == 0)
		err = open_sockets(d);
	if (err != 0)
		return err;
	start_watchers(d);
	say_missing_rights(d, NULL);
	pulse_look(&d->pulse);
	prober_start(d->prober, &d->publish, &d->admin.list);
	vip_sockets_init(
	    &d->vip_sockets, &d->pulse, program->run_dir, on_sockets_lost, d);
	watch_vips(d);
	return 0;
}

void
daemon_run(struct daemon *d)
{
	log_info("watching %zu endpoints, pools: %zu", model_count_endpoints(d->model),
	    d->model->n_pools);
	systemd_ready();
	ev_run(d->loop, 0);
	systemd_stopping();
	log_info("stopped");
}

void
daemon_close(struct daemon *d)
{
	vip_watch_free(&d->vip);
	vip_sockets_close(&d->vip_sockets);
	prober_free(&d->prober);
	ctl_close(&d->ctl);
	if (d->evidence_fd >= 0)
		close(d->evidence_fd);
	d->evidence_fd = -1;
	publish_close(&d->publish);
	admin_store_close(&d->admin);
	model_free(&d->model);
	if (d->loop != NULL) {
		pulse_stop(&d->pulse);
		ev_loop_destroy(d->loop);
	}
	d->loop = NULL;
}
