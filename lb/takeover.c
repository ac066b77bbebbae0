/* SPDX-License-Identifier: BSD-2-Clause */
#include "takeover.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/diag.h>
#include <edge/log.h>
#include <edge/notice.h>

#include "systemd.h"

#include "assoc.h"
#include "lb.h"
#include "session.h"
#include "upgrade_state.h"

#define AGAIN_MS 100

/* --- live objects --------------------------------------------------------------------
 */

static int
restore_listener(struct lb *lb, const struct saved_listener *l, bool attach)
{
	struct listener m = {.id = l->id,
	    .full_name = l->name,
	    .addr = l->addr,
	    .port = l->port,
	    .proto = (enum proto)l->proto};
	struct live_listener *x;
	int err = live_add_listener(&lb->live, &m);

	if (err != 0)
		return err;
	x = live_listener(&lb->live, l->id);
	for (uint32_t w = 0; attach && w < l->n_fds; w++)
		x->fds[w] = l->fds[w];
	memcpy(x->base, l->count.at, sizeof x->base);
	x->base_set = true;
	return 0;
}

static int
restore_endpoint(struct lb *lb, const struct saved_endpoint *e)
{
	struct member member = {.id = e->member_id};
	struct endpoint m = {.id = e->id,
	    .full_name = e->name,
	    .member = &member,
	    .addr = e->addr,
	    .port = e->port,
	    .proto = (enum proto)e->proto};
	struct live_endpoint *x;
	int err = live_add_endpoint(&lb->live, &m);

	if (err != 0)
		return err;
	x = live_endpoint(&lb->live, e->id);
	x->looked = true;
	x->state_known = e->state_known;
	x->state = state_unpack(e->state);
	x->slow_boot_ns = e->slow_boot_ns;
	x->drain_mono_ns = e->drain_mono_ns;
	memcpy(x->base, e->count.at, sizeof x->base);
	x->base_set = true;
	return 0;
}

/* Those that the model has not are of a configuration before, and have sessions. */
static int
restore_objects(struct lb *lb, const struct saved *s, bool attach)
{
	int err = 0;

	live_init(&lb->live, lb->n_workers);
	for (uint32_t i = 0; err == 0 && i < s->n.listeners; i++)
		err = restore_listener(lb, &s->listeners[i], attach);
	for (uint32_t i = 0; err == 0 && i < s->n.endpoints; i++)
		err = restore_endpoint(lb, &s->endpoints[i]);
	if (err == 0)
		err = live_grow(&lb->live, lb->model);
	if (err != 0)
		return err;
	live_want(&lb->live, lb->model);
	for (uint32_t i = 0; i < s->n.endpoints; i++)
		if (s->endpoints[i].kept)
			live_endpoint(&lb->live, s->endpoints[i].id)->kept = true;
	return 0;
}

/* --- clients --------------------------------------------------------------------------
 */

static int
restore_affinity(struct lb *lb, const struct saved_affinity *a)
{
	struct affinity_entry e = {.domain = a->domain,
	    .member = a->member,
	    .source = a->source,
	    .ended_ns = a->ended_ns};

	return affinity_restore(lb->workers[a->worker]->affinity, &e);
}

static int
restore_clients(struct lb *lb, const struct saved *s, bool attach)
{
	struct restoring r = {.live = &lb->live,
	    .workers = lb->workers,
	    .attach = attach,
	    .watched = s->process.watched[0].fd >= 0};
	int err = 0;

	for (uint32_t i = 0; err == 0 && i < s->n.affinities; i++)
		err = restore_affinity(lb, &s->affinities[i]);
	for (uint32_t i = 0; err == 0 && i < s->n.sessions; i++)
		err = session_restore(&s->sessions[i], &r);
	for (uint32_t i = 0; err == 0 && i < s->n.assocs; i++)
		err = assoc_restore(&s->assocs[i], &r);
	return err;
}

/* --- the whole ------------------------------------------------------------------------
 */

static int
said(int err, struct sbuf *why, const char *what)
{
	if (err != 0 && why->length == 0)
		sbuf_addf(why, "%s: %s", what, strerror(-err));
	return err;
}

/* Listeners that no program before us knew; what cannot be opened is told and left. */
static void
open_new_listeners(struct lb *lb)
{
	struct sbuf why;

	sbuf_init(&why, 4096);
	if (lb_open_listeners(lb, lb->model, &why) != 0)
		log_error("%s", sbuf_text(&why));
	sbuf_fini(&why);
}

/* Everything up to workers that could run. */
static int
restore(struct lb *lb, const struct program *program, struct ev_loop *loop,
    const struct saved *s, bool attach, struct sbuf *why)
{
	int err;

	lb_init(lb, program, loop);
	if (!conf_load_said(program->conf_file, DIAG_ERROR, &lb->model, why))
		return -EINVAL;
	err = lb_kernel_check(lb->model, why);
	if (err != 0)
		return err;
	lb_fix_sizes(lb);
	lb->n_workers = s->process.workers;
	lb->steer.bits[FAMILY_V4] = s->process.mask_v4;
	lb->steer.bits[FAMILY_V6] = s->process.mask_v6;
	lb->upgrade.attempts = s->process.attempts;
	memcpy(lb->base, s->process.count.at, sizeof lb->base);
	keep_adopt(&lb->keep, s->process.filter);
	err = said(restore_objects(lb, s, attach), why, "live objects");
	if (err != 0)
		return err;
	if (attach)
		open_new_listeners(lb);
	lb->sender_fd = notice_sender_open();
	err = said(
	    lb_create_workers(lb, attach ? s->process.watched : NULL), why, "workers");
	if (err == 0)
		err = said(restore_clients(lb, s, attach), why, "sessions");
	if (err == 0)
		err = said(lb_publish(lb), why, "a view");
	return err;
}

static int
read_state(int fd, struct saved *s, const uint8_t **ret, size_t *ret_n, struct sbuf *why)
{
	*ret = upgrade_state_map(fd, ret_n);
	if (*ret == NULL) {
		int err = -errno;

		sbuf_addf(why, "descriptor %d holds no state: %s", fd, strerror(-err));
		return err;
	}
	return saved_read(s, *ret, *ret_n, why);
}

/* --- in place of the program before ----------------------------------------------------
 */

static int
part_notices(struct lb *lb, struct sbuf *why)
{
	int err = lb_notice_open(lb);

	if (err != 0)
		board_reader_free(&lb->health);
	return said(err, why, "notices lb.notice");
}

/* The board may be a second behind what the workers had counted. */
static int
part_stats(struct lb *lb, struct sbuf *why)
{
	uint64_t base[LB_FIELDS];
	int err;

	memcpy(base, lb->base, sizeof base);
	err = lb_stats_open(lb, why);
	memcpy(lb->base, base, sizeof base);
	if (err == 0)
		lb_stats_adopt(lb);
	return err;
}

/* Packets go on as the program before left it: its pins are still there. */
static int
part_kernel(struct lb *lb, struct sbuf *why)
{
	int err = lb_kernel_settle(lb, lb->model, why);

	/* The check found that it can; the relay's sockets are not even open. */
	if (err == 0 && lb->kernel == NULL && lb->view->n_all > lb->view->n_listeners)
		err = -EAGAIN;
	if (err == 0)
		err = lb_kernel_prepare(lb, lb->model, lb->view, why);
	if (err == 0)
		lb_kernel_commit(lb);
	return err;
}

static int
part_ctl(struct lb *lb, struct sbuf *why)
{
	int err = lb_ctl_open(lb);

	if (err != 0)
		sbuf_addf(why, "control socket lb.ctl: %s", ctl_open_text(err));
	return err;
}

/* Sessions are running: to end for want of this would be worse than to be without. */
static void
insist(struct lb *lb, int (*part)(struct lb *, struct sbuf *))
{
	bool told = false;

	for (;;) {
		struct sbuf why;
		int err;

		sbuf_init(&why, 1024);
		err = part(lb, &why);
		if (err != 0 && !told)
			log_error(
			    "%s; sessions go on, this is tried again", sbuf_text(&why));
		told = err != 0;
		sbuf_fini(&why);
		if (err == 0)
			return;
		systemd_watchdog();
		poll(NULL, 0, AGAIN_MS);
	}
}

static void
keep_as_needed(struct lb *lb)
{
	struct sbuf why;

	sbuf_init(&why, 65536);
	if (keep_apply(&lb->keep, lb->model, &lb->live, &why) != 0)
		log_error("%s; what the program before set up stays", sbuf_text(&why));
	else if (why.length != 0)
		log_warning("%s", sbuf_text(&why));
	sbuf_fini(&why);
}

static void
tell(struct lb *lb, const struct saved *s, int64_t running_ns)
{
	struct upgrade *u = &lb->upgrade;

	u->stage = UPGRADE_DONE;
	snprintf(u->text, sizeof u->text,
	    "%s -> %s: %u sessions and %u associations taken over, silent for %.1f ms",
	    s->process.release, EDGE_VERSION, s->n.sessions, s->n.assocs,
	    (double)(running_ns - s->process.parked_ns) / NS_PER_MS);
	log_info("upgraded in place: %s", u->text);
}

static int
run_workers(struct lb *lb, const struct saved *s, struct sbuf *why)
{
	size_t n;
	int *fds = saved_descriptors(s, &n), err = 0;

	if (fds == NULL)
		return said(-ENOMEM, why, "descriptors");
	descriptors_close_on_exec(fds, n);
	free(fds);
	lb_log_sessions(lb);
	for (unsigned i = 0; err == 0 && i < lb->n_workers; i++)
		err = worker_start(lb->workers[i]);
	return said(err, why, "workers");
}

int
takeover(struct lb *lb, const struct program *program, struct ev_loop *loop, int fd,
    struct sbuf *why)
{
	struct saved s = {0};
	const uint8_t *octets;
	size_t n;
	int err;

	lb_init(lb, program, loop);
	err = read_state(fd, &s, &octets, &n, why);
	if (err == 0)
		err = restore(lb, program, loop, &s, true, why);
	if (err == 0)
		err = run_workers(lb, &s, why);
	close(fd);
	if (err != 0)
		return err;
	tell(lb, &s, clock_mono_ns());
	insist(lb, part_kernel);
	insist(lb, part_notices);
	insist(lb, part_stats);
	insist(lb, part_ctl);
	keep_as_needed(lb);
	if (lb_look_at_health(lb))
		lb_publish(lb);
	lb_stats_write(lb);
	lb_start_seconds(lb);
	saved_fini(&s);
	munmap((void *)(uintptr_t)octets, n);
	return 0;
}

/* --- before it: would it work? ---------------------------------------------------------
 */

static int
check_capabilities(const struct saved *s, struct sbuf *why)
{
	uint64_t missing = s->process.capabilities & ~capabilities_now();

	if (missing == 0)
		return 0;
	sbuf_addf(why,
	    "the program that runs has capabilities which this one does not get (%#llx, "
	    "see capsh --decode): were they given to its file?",
	    (unsigned long long)missing);
	return -EPERM;
}

int
takeover_check(
    const struct program *program, struct ev_loop *loop, int fd, struct sbuf *why)
{
	static struct lb lb; /* RULE: the process ends with it, as it is */
	struct saved s = {0};
	const uint8_t *octets;
	size_t n;
	int err = read_state(fd, &s, &octets, &n, why);

	if (err == 0)
		err = check_capabilities(&s, why);
	if (err == 0)
		err = restore(&lb, program, loop, &s, false, why);
	if (err != 0)
		return err;
	printf("%s%s\n", UPGRADE_YES, EDGE_VERSION);
	return fflush(stdout) == 0 ? 0 : -EIO;
}

void
takeover_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_UNBLOCK, &all, NULL);
}
