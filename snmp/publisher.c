/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publisher - opens, looks, sends, reloads.
 *
 * A change of the master's address, of the module's place or of snmp.enabled starts the
 * process anew in place: net-snmp cannot be shut down and initialised twice cleanly.
 */
#include "publisher.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/log.h>
#include <edge/notice.h>

#include "admin.h"
#include "watch.h"

#define LOOK_NS      NS_PER_S
#define RETRY_NS     (10 * NS_PER_S)
#define LOOK_SOON_NS (50 * NS_PER_MS) /* a storm of notices makes 20 looks a second */

static bool
set_is_ready(void *owner)
{
	const struct publisher *p = owner;

	if (admin_is_ready(p->program->run_dir))
		return true;
	log_warning("SET refused: edge-health does not answer");
	return false;
}

static int
set_apply(void *owner, const struct member *m, enum admin admin)
{
	struct publisher *p = owner;
	char answer[256];
	int err = admin_apply(p->program->run_dir, m, admin, answer, sizeof answer);

	if (err == 0)
		log_info("SET: member %s: %s", m->full_name, admin_word(admin));
	else
		log_warning("SET: member %s: %s: edge-health says: %s", m->full_name,
		    admin_word(admin), err == -EREMOTEIO ? answer : strerror(-err));
	p->look_soon = true;
	return err;
}

static int
readers_open(struct publisher *p)
{
	for (enum board_kind b = 0; b < BOARDS; b++) {
		int err = board_reader_new(
		    p->program->run_dir, snapshot_boards[b], &p->readers[b]);

		if (err != 0)
			return err;
	}
	return 0;
}

static int
agent_start(struct publisher *p)
{
	const struct snmp_conf *conf = &p->model->snmp;
	int err;

	if (!conf->enabled) {
		log_info("snmp.enabled is false: nothing is published");
		return 0;
	}
	p->set = (struct agent_set){p, set_is_ready, set_apply};
	err = agent_open(conf->agentx, conf->base_oid, &p->set, &p->agent);
	if (err == -EINVAL)
		log_error(
		    "snmp.base_oid: '%s' is not an object identifier", conf->base_oid);
	else if (err != 0)
		log_error("cannot start the subagent: %s", strerror(-err));
	return err;
}

int
publisher_open(
    struct publisher *p, const struct program *program, struct model **take_model)
{
	int err;

	*p =
	    (struct publisher){.program = program, .model = *take_model, .notice_fd = -1};
	*take_model = NULL;
	p->queue = notify_queue_new();
	err = ctl_open(
	    program->run_dir, "snmp", publisher_verbs, publisher_verbs_count, p, &p->ctl);
	if (err != 0) {
		log_error("control socket %s/snmp.ctl: %s", program->run_dir,
		    ctl_open_text(err));
		return err;
	}
	err = p->queue == NULL ? -ENOMEM : readers_open(p);
	if (err == 0) {
		p->notice_fd = notice_open(program->run_dir, "snmp");
		err = p->notice_fd < 0 ? p->notice_fd : 0;
	}
	if (err != 0) {
		log_error("cannot start in %s: %s", program->run_dir, strerror(-err));
		return err;
	}
	publisher_look(p, clock_mono_ns());
	err = agent_start(p);
	if (err == 0 && p->agent != NULL)
		agent_show(p->agent, p->snapshot);
	return err;
}

void
publisher_close(struct publisher *p)
{
	agent_close(&p->agent);
	ctl_close(&p->ctl);
	if (p->notice_fd >= 0)
		close(p->notice_fd);
	snapshot_free(&p->snapshot);
	notify_queue_free(&p->queue);
	for (enum board_kind b = 0; b < BOARDS; b++)
		board_reader_free(&p->readers[b]);
	model_free(&p->model);
}

/* Builds the next snapshot from @m; the one before goes.  False without memory: then
 * everything stays as it is. */
static bool
look(struct publisher *p, const struct model *m)
{
	struct notify_stats stats = notify_queue_stats(p->queue);
	struct snapshot *next;

	for (enum board_kind b = 0; b < BOARDS; b++)
		board_reader_refresh(p->readers[b]);
	if (snapshot_new(m, p->readers, p->snapshot, &stats, clock_boot_ns(), &next) != 0)
		return false;
	watch_compare(p->snapshot, next, p->queue);
	next->notify = notify_queue_stats(p->queue);
	if (p->agent != NULL)
		agent_show(p->agent, next);
	snapshot_free(&p->snapshot);
	p->snapshot = next;
	return true;
}

static int64_t
look_due_ns(const struct publisher *p)
{
	if (p->snapshot == NULL)
		return 0;
	return p->looked_ns + (p->look_soon ? LOOK_SOON_NS : LOOK_NS);
}

void
publisher_look(struct publisher *p, int64_t mono_ns)
{
	/* What a notice says stands on the board: only that it came matters. */
	if (notice_drain(p->notice_fd))
		p->look_soon = true;
	if (mono_ns < look_due_ns(p))
		return;
	if (!look(p, p->model))
		log_warning("no memory for a look at the boards");
	p->looked_ns = mono_ns;
	p->look_soon = false;
	if (p->agent != NULL && mono_ns - p->retried_ns >= RETRY_NS) {
		p->retried_ns = mono_ns;
		agent_retry(p->agent);
	}
}

/* The library asks the master every AGENT_PING_S whether it is there, over the stream the
 * notifications went, and gives the connection up without an answer: one that outlived
 * two such questions has taken what was sent before them. */
static void
follow_master(struct publisher *p, int64_t mono_ns)
{
	uint64_t connects = agent_connects(p->agent);

	if (!agent_is_connected(p->agent) || connects != p->connects)
		notify_doubted(p->queue);
	else
		notify_proven(p->queue, mono_ns - 2 * AGENT_PING_S * NS_PER_S);
	p->connects = connects;
}

void
publisher_send(struct publisher *p, int64_t mono_ns)
{
	if (p->agent != NULL)
		follow_master(p, mono_ns);
	for (int i = 0; i < NOTIFY_TURN_MAX; i++) {
		const struct event *e;

		if (p->agent == NULL || !agent_is_connected(p->agent))
			return;
		e = notify_next(p->queue, p->model->snmp.notify_rate, mono_ns);
		if (e == NULL || !agent_notify(p->agent, e))
			return;
		notify_sent(p->queue, mono_ns);
	}
}

int
publisher_wait_ms(const struct publisher *p, int64_t mono_ns)
{
	const bool waits = p->agent != NULL && agent_is_connected(p->agent) &&
			   notify_queue_stats(p->queue).queued > 0;
	int64_t ns = look_due_ns(p) - mono_ns;

	if (waits && ns > LOOK_SOON_NS)
		ns = LOOK_SOON_NS;
	return ns <= 0 ? 0 : (int)(ns / NS_PER_MS) + 1;
}

static bool
needs_restart(const struct snmp_conf *a, const struct snmp_conf *b)
{
	return a->enabled != b->enabled || strcmp(a->agentx, b->agentx) != 0 ||
	       strcmp(a->base_oid, b->base_oid) != 0;
}

bool
publisher_reload(struct publisher *p, struct diags *diags)
{
	struct model *next = NULL, *old = p->model;

	if (!conf_load(p->program->conf_file, &next, diags))
		return false;
	if (needs_restart(&old->snmp, &next->snmp)) {
		p->restart = true;
		model_free(&next);
		return true;
	}
	if (!look(p, next)) {
		diags_add(diags, DIAG_ERROR, 0, p->program->conf_file, 0, "no memory");
		model_free(&next);
		return false;
	}
	p->model = next;
	model_free(&old);
	return true;
}
