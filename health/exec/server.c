/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server - one connection per run of a program.
 *
 * The prober waits a little longer than a program may run, so it is always answered by
 * us: that a program was too slow is evidence, that this process was is none.
 *
 * The configuration is read anew when a request comes from a prober that runs another
 * one: a reload of edge-health is enough.  Until it can be read, programs are those of
 * before.
 */
#include "server.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/log.h>
#include <edge/peer.h>

#include "said.h"
#include "surroundings.h"
#include "wire.h"

#define REQUEST_S    1.0      /* to ask, once connected */
#define RELOAD_NS    NS_PER_S /* between two tries to read the configuration */
#define WARN_NS      (10 * NS_PER_S)
#define BACKLOG      64
#define SAID_MAX     ((size_t)64 * 1024)
#define HEARS_A_TURN 4

/* --- seats -------------------------------------------------------------------------- */

static void
seat_part(struct seat *s)
{
	ev_io_stop(s->server->loop, &s->asked);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* Free when nobody waits at it and nothing runs. */
static void
seat_leave(struct seat *s)
{
	seat_part(s);
	if (s->child.pid != 0)
		return;
	ev_timer_stop(s->server->loop, &s->limit);
	ev_io_stop(s->server->loop, &s->output);
	child_fini(&s->child);
	s->taken = false;
}

static void
seat_answer(struct seat *s, enum wire_end end, int code)
{
	struct wire_answer a = {.end = end, .code = (uint32_t)code};
	uint8_t octets[WIRE_ANSWER];

	if (s->fd < 0)
		return;
	said_line(s->child.line, s->child.n, a.said);
	wire_answer_write(octets, &a);
	/* It fits into any socket's buffer; who is gone misses it. */
	(void)send(s->fd, octets, sizeof octets, MSG_NOSIGNAL | MSG_DONTWAIT);
	seat_part(s);
}

static void
on_limit(EV_P_ ev_timer *w, int revents)
{
	struct seat *s = container_of(w, struct seat, limit);

	(void)revents;
	ev_timer_stop(EV_A_ w);
	if (s->child.pid != 0) {
		child_kill(&s->child);
		seat_answer(s, WIRE_TIMED_OUT, 0);
	}
	seat_leave(s);
}

static void
on_output(EV_P_ ev_io *w, int revents)
{
	struct seat *s = container_of(w, struct seat, output);

	(void)revents;
	for (int i = 0; i < HEARS_A_TURN; i++)
		if (!child_hear(&s->child))
			break;
	if (s->child.output < 0)
		ev_io_stop(EV_A_ w);
}

static void
seat_run(struct seat *s, const struct endpoint *e)
{
	struct surroundings around;
	int err;

	surroundings_of(e, &around);
	err = child_start(&s->child, e->service->exec, around.env);
	if (err != 0) {
		seat_answer(s, WIRE_NOT_STARTED, -err);
		seat_leave(s);
		return;
	}
	ev_io_set(&s->output, s->child.output, EV_READ);
	ev_io_start(s->server->loop, &s->output);
	s->limit.repeat = (double)e->service->health.timeout_ns / (double)NS_PER_S;
	ev_timer_again(s->server->loop, &s->limit);
}

static const struct endpoint *
endpoint_for(struct server *s, const struct wire_request *r)
{
	const struct endpoint *e;

	if (r->conf_hash != s->model->hash && clock_mono_ns() - s->loaded >= RELOAD_NS)
		server_reload(s);
	e = model_endpoint(s->model, r->endpoint);
	return e != NULL && e->service->probe == PROBE_EXEC ? e : NULL;
}

static unsigned
programs(const struct server *s)
{
	unsigned n = 0;

	for (size_t i = 0; i < SERVER_SEATS; i++)
		n += s->seats[i].child.pid != 0;
	return n;
}

/* A request, or the end of who asked. */
static void
on_asked(EV_P_ ev_io *w, int revents)
{
	struct seat *s = container_of(w, struct seat, asked);
	uint8_t octets[WIRE_REQUEST + 1];
	ssize_t got = recv(s->fd, octets, sizeof octets, MSG_DONTWAIT);
	struct wire_request request;
	const struct endpoint *e;

	(void)EV_A;
	(void)revents;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (s->child.pid != 0) { /* nothing more is expected but its going */
		child_kill(&s->child);
		seat_leave(s);
		return;
	}
	if (got < 0 || wire_request_read(octets, (size_t)got, &request) != 0) {
		seat_leave(s);
		return;
	}
	e = endpoint_for(s->server, &request);
	if (e != NULL && programs(s->server) < SERVER_PROGRAMS) {
		seat_run(s, e);
		return;
	}
	seat_answer(s, e == NULL ? WIRE_UNKNOWN : WIRE_BUSY, 0);
	seat_leave(s);
}

/* --- ends --------------------------------------------------------------------------- */

static void
seat_ended(struct seat *s, const siginfo_t *info)
{
	for (int i = 0; i < HEARS_A_TURN && child_hear(&s->child); i++)
		;
	s->child.pid = 0;
	seat_answer(
	    s, info->si_code == CLD_EXITED ? WIRE_EXITED : WIRE_KILLED, info->si_status);
	seat_leave(s);
}

/* Looked at before it is reaped: until then its number is nobody else's, and the rest of
 * its group can be killed.  Orphans that were left to us are reaped, too. */
static void
reap(struct server *s)
{
	siginfo_t info = {0};

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid != 0) {
		struct seat *seat = NULL;

		for (size_t i = 0; i < SERVER_SEATS; i++)
			if (s->seats[i].child.pid == info.si_pid)
				seat = &s->seats[i];
		if (seat != NULL)
			child_kill(&seat->child);
		waitpid(info.si_pid, NULL, 0);
		if (seat != NULL)
			seat_ended(seat, &info);
		info.si_pid = 0;
	}
}

static void
on_ended(EV_P_ ev_signal *w, int revents)
{
	(void)EV_A;
	(void)revents;
	reap(container_of(w, struct server, ended));
}

/* --- who asks ----------------------------------------------------------------------- */

static bool
is_prober(struct server *s, int fd)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t size = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	    (peer.uid == 0 || peer.uid == geteuid() || peer.uid == s->prober))
		return true;
	if (s->warned == 0 || clock_mono_ns() - s->warned >= WARN_NS) {
		s->warned = clock_mono_ns();
		log_warning("user %u may not have programs run: only root and %s",
		    (unsigned)peer.uid, SERVER_PROBER);
	}
	return false;
}

static void
seat_take(struct seat *s, int fd)
{
	s->taken = true;
	s->fd = fd;
	ev_io_set(&s->asked, fd, EV_READ);
	ev_io_start(s->server->loop, &s->asked);
	s->limit.repeat = REQUEST_S;
	ev_timer_again(s->server->loop, &s->limit);
}

static void
on_accept(EV_P_ ev_io *w, int revents)
{
	struct server *s = container_of(w, struct server, accept);
	size_t i = 0;
	int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)EV_A;
	(void)revents;
	if (fd < 0)
		return;
	if (!is_prober(s, fd)) {
		close(fd);
		return;
	}
	while (i < SERVER_SEATS && s->seats[i].taken)
		i++;
	if (i < SERVER_SEATS)
		seat_take(&s->seats[i], fd);
	else
		close(fd);
}

/* --- life --------------------------------------------------------------------------- */

void
server_reload(struct server *s)
{
	struct model *model = NULL;
	struct sbuf said;

	s->loaded = clock_mono_ns();
	sbuf_init(&said, SAID_MAX);
	/* Running programs hold nothing of a model. */
	if (conf_load_said(s->conf_file, DIAG_ERROR, &model, &said)) {
		model_free(&s->model);
		s->model = model;
	}
	log_verbatim(sbuf_text(&said));
	sbuf_fini(&said);
}

static int
server_listen(struct server *s, const char *run_dir)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	if (!program_path(s->path, run_dir, WIRE_NAME, WIRE_SUFFIX))
		return -ENAMETOOLONG;
	memcpy(un.sun_path, s->path, sizeof un.sun_path);
	if (peer_listens(&un, SOCK_SEQPACKET)) {
		s->path[0] = '\0'; /* not ours to remove */
		return -EADDRINUSE;
	}
	unlink(s->path);
	s->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&un, sizeof un) != 0 ||
	    chmod(s->path, 0660) != 0 || listen(s->fd, BACKLOG) != 0)
		return -errno;
	return 0;
}

static void
start_watchers(struct server *s)
{
	ev_io_init(&s->accept, on_accept, s->fd, EV_READ);
	ev_io_start(s->loop, &s->accept);
	ev_signal_init(&s->ended, on_ended, SIGCHLD);
	/* Before timers: what ended in time did so, however late we look. */
	ev_set_priority(&s->ended, EV_MAXPRI);
	ev_signal_start(s->loop, &s->ended);
}

int
server_open(
    struct server *s, struct ev_loop *loop, const char *conf_file, const char *run_dir)
{
	const struct passwd *user = getpwnam(SERVER_PROBER);
	int err;

	*s = (struct server){.loop = loop, .conf_file = conf_file, .fd = -1};
	s->prober = user != NULL ? user->pw_uid : 0;
	for (size_t i = 0; i < SERVER_SEATS; i++) {
		struct seat *seat = &s->seats[i];

		*seat = (struct seat){.server = s, .fd = -1, .child = {.output = -1}};
		ev_io_init(&seat->asked, on_asked, -1, EV_READ);
		ev_io_init(&seat->output, on_output, -1, EV_READ);
		ev_timer_init(&seat->limit, on_limit, 0.0, REQUEST_S);
	}
	/* Who leaves children behind leaves them to us, not to process 1. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	server_reload(s);
	if (s->model == NULL)
		return -EINVAL; /* said already */
	err = server_listen(s, run_dir);
	if (err != 0) {
		log_error("socket %s/" WIRE_NAME WIRE_SUFFIX ": %s", run_dir,
		    err == -EADDRINUSE ? "another one is running" : strerror(-err));
		return err;
	}
	start_watchers(s);
	return 0;
}

void
server_close(struct server *s)
{
	for (size_t i = 0; i < SERVER_SEATS && s->seats[i].server != NULL; i++) {
		struct seat *seat = &s->seats[i];

		if (seat->child.pid != 0) {
			child_kill(&seat->child);
			waitpid(seat->child.pid, NULL, 0);
			seat->child.pid = 0;
		}
		seat_leave(seat);
	}
	if (ev_is_active(&s->accept)) {
		ev_io_stop(s->loop, &s->accept);
		ev_signal_stop(s->loop, &s->ended);
	}
	if (s->fd >= 0) {
		close(s->fd);
		unlink(s->path);
	}
	s->fd = -1;
	model_free(&s->model);
}
