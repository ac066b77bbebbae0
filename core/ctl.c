/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ctl - the server's side of control sockets.
 *
 * One epoll descriptor carries the listener and all connections, so the owner's loop
 * sees a single descriptor whatever library it runs on.  A connection reads one line,
 * runs one verb, writes the answer and ends.
 */
#include <edge/ctl.h>

#include <assert.h>
#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/peer.h>
#include <edge/program.h>

#define CTL_CONNECTIONS 16
#define CTL_REQUEST_MAX 1024
#define CTL_WORDS_MAX   32
#define CTL_ANSWER_MAX  (4u << 20)
#define CTL_DEADLINE_NS (5 * NS_PER_S)
#define CTL_GROUP       "edgepool-operator"

struct ctl_connection {
	int fd; /* -1: free */
	int64_t deadline_ns;
	char request[CTL_REQUEST_MAX + 1];
	size_t n_request;
	struct sbuf answer;
	size_t n_written;
	bool answering;
};

struct ctl_server {
	int epoll_fd, listen_fd;
	const struct ctl_verb *verbs;
	size_t n_verbs;
	void *owner;
	struct ctl_connection connections[CTL_CONNECTIONS];
	bool paused; /* no accepting: every slot is taken, or there is no descriptor */
	int64_t resume_ns; /* not before */
	char path[PROGRAM_PATH_MAX];
	bool bound; /* the socket is ours to remove */
};

void
ctl_fail(struct ctl_request *req, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(req->error, sizeof req->error, format, ap);
	va_end(ap);
	req->failed = true;
}

static int
ctl_listen(struct ctl_server *s, const char *dir, const char *name)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

	if (!program_path(s->path, dir, name, ".ctl"))
		return -ENAMETOOLONG;
	memcpy(un.sun_path, s->path, sizeof un.sun_path);
	if (peer_listens(&un, SOCK_STREAM))
		return -EADDRINUSE;
	unlink(s->path);
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->epoll_fd < 0 || s->listen_fd < 0 ||
	    bind(s->listen_fd, (struct sockaddr *)&un, sizeof un) != 0)
		return -errno;
	s->bound = true;
	if (chmod(s->path, 0660) != 0 || listen(s->listen_fd, CTL_CONNECTIONS) != 0 ||
	    epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, s->listen_fd, &event) != 0)
		return -errno;
	return 0;
}

int
ctl_open(const char *dir, const char *name, const struct ctl_verb *verbs, size_t n_verbs,
    void *owner, struct ctl_server **ret)
{
	struct ctl_server *s = calloc(1, sizeof *s);
	int err;

	if (s == NULL)
		return -ENOMEM;
	s->epoll_fd = s->listen_fd = -1;
	s->verbs = verbs;
	s->n_verbs = n_verbs;
	s->owner = owner;
	for (size_t i = 0; i < CTL_CONNECTIONS; i++)
		s->connections[i].fd = -1;
	err = ctl_listen(s, dir, name);
	if (err != 0) {
		ctl_close(&s);
		return err;
	}
	*ret = s;
	return 0;
}

static void
connection_close(struct ctl_connection *c)
{
	if (c->fd >= 0)
		close(c->fd); /* leaves the epoll set by itself */
	c->fd = -1;
	sbuf_fini(&c->answer);
}

const char *
ctl_open_text(int err)
{
	return err == -EADDRINUSE ? "another one is running" : strerror(-err);
}

void
ctl_close(struct ctl_server **ps)
{
	struct ctl_server *s = *ps;

	*ps = NULL;
	if (s == NULL)
		return;
	for (size_t i = 0; i < CTL_CONNECTIONS; i++)
		connection_close(&s->connections[i]);
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	if (s->bound)
		unlink(s->path);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	free(s);
}

int
ctl_fd(const struct ctl_server *s)
{
	return s->epoll_fd;
}

/* Whether the peer's group or one of its others (SO_PEERGROUPS) is the operators'. */
static bool
peer_is_operator(int fd, const struct ucred *peer)
{
	const struct group *group = getgrnam(CTL_GROUP);
	socklen_t size = 0;
	bool found = false;
	gid_t *groups;

	if (group == NULL)
		return false;
	if (peer->gid == group->gr_gid)
		return true;
	/* With too little room the kernel says how much it takes. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) == 0 ||
	    errno != ERANGE)
		return false;
	groups = malloc(size);
	if (groups != NULL &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == 0)
		for (size_t i = 0; i < size / sizeof *groups; i++)
			found = found || groups[i] == group->gr_gid;
	free(groups);
	return found;
}

static bool
peer_may(int fd, const struct ucred *peer, enum ctl_right right)
{
	bool own = peer->uid == 0 || peer->uid == geteuid();

	switch (right) {
	case CTL_READ:
		return true;
	case CTL_OPERATE:
		return own || peer_is_operator(fd, peer);
	case CTL_RELOAD:
		return own;
	}
	return false;
}

static int
split_words(char *line, char **words)
{
	int n = 0;
	char *save = NULL;

	for (char *w = strtok_r(line, " \t\r", &save); w != NULL;
	     w = strtok_r(NULL, " \t\r", &save)) {
		if (n == CTL_WORDS_MAX)
			return -1;
		words[n++] = w;
	}
	return n;
}

static const struct ctl_verb *
verb_find(const struct ctl_server *s, const char *name)
{
	for (size_t i = 0; i < s->n_verbs; i++)
		if (strcmp(s->verbs[i].name, name) == 0)
			return &s->verbs[i];
	return NULL;
}

static void
verb_help(const struct ctl_server *s, struct ctl_request *req)
{
	for (size_t i = 0; i < s->n_verbs; i++)
		sbuf_addf(req->out, "%s\n", s->verbs[i].help);
}

static void
request_run(struct ctl_server *s, int fd, struct ctl_request *req)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t size = sizeof peer;
	const struct ctl_verb *verb;

	if (req->argc <= 0) {
		ctl_fail(req, "no verb, or too many words: try 'help'");
		return;
	}
	if (strcmp(req->argv[0], "help") == 0) {
		verb_help(s, req);
		return;
	}
	verb = verb_find(s, req->argv[0]);
	if (verb == NULL) {
		ctl_fail(req, "there is no verb '%.40s' here: try 'help'", req->argv[0]);
		return;
	}
	if (req->argc - 1 < verb->args_min || req->argc - 1 > verb->args_max) {
		ctl_fail(req, "usage: %s", verb->help);
		return;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
	    !peer_may(fd, &peer, verb->right)) {
		ctl_fail(req, "user %u may not '%s': %s", (unsigned)peer.uid, verb->name,
		    verb->right == CTL_OPERATE ? "be root or a member of group " CTL_GROUP
					       : "be root");
		return;
	}
	req->uid = peer.uid;
	req->pid = peer.pid;
	verb->run(s->owner, req);
}

/* Runs the line in c->request and leaves the whole answer in c->answer. */
static void
connection_run(struct ctl_server *s, struct ctl_connection *c)
{
	char *words[CTL_WORDS_MAX];
	struct sbuf text;
	struct ctl_request req = {.argv = words, .out = &text};

	sbuf_init(&text, CTL_ANSWER_MAX);
	req.argc = split_words(c->request, words);
	request_run(s, c->fd, &req);
	if (!req.failed && text.failed)
		ctl_fail(&req, "the answer is too large, or there is no memory for it");
	if (req.failed)
		sbuf_addf(&c->answer, "error: %s\n", req.error);
	else
		sbuf_addf(&c->answer, "ok\n");
	sbuf_add(&c->answer, sbuf_text(&text), text.length);
	sbuf_fini(&text);
	c->answering = true;
}

/* True when the connection is over. */
static bool
connection_write(struct ctl_server *s, struct ctl_connection *c)
{
	struct epoll_event event = {.events = EPOLLOUT, .data.ptr = c};

	while (c->n_written < c->answer.length) {
		ssize_t n = send(c->fd, c->answer.text + c->n_written,
		    c->answer.length - c->n_written, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, c->fd, &event) != 0;
		if (n <= 0)
			return true;
		c->n_written += (size_t)n;
	}
	return true;
}

/* True when the connection is over. */
static bool
connection_read(struct ctl_server *s, struct ctl_connection *c)
{
	ssize_t n = recv(c->fd, c->request + c->n_request, CTL_REQUEST_MAX - c->n_request,
	    MSG_DONTWAIT);
	char *end;

	if (n < 0)
		return errno != EAGAIN && errno != EINTR;
	if (n == 0)
		return true;
	c->n_request += (size_t)n;
	c->request[c->n_request] = '\0';
	end = memchr(c->request, '\n', c->n_request);
	if (end == NULL && c->n_request < CTL_REQUEST_MAX)
		return false;
	if (end == NULL || memchr(c->request, '\0', (size_t)(end - c->request)) != NULL) {
		sbuf_addf(&c->answer,
		    "error: a request is one line of at most %d octets of text\n",
		    CTL_REQUEST_MAX - 1);
		c->answering = true;
	} else {
		*end = '\0';
		connection_run(s, c);
	}
	return connection_write(s, c);
}

static struct ctl_connection *
free_slot_find(struct ctl_server *s)
{
	for (size_t i = 0; i < CTL_CONNECTIONS; i++)
		if (s->connections[i].fd < 0)
			return &s->connections[i];
	return NULL;
}

/* A listener that nobody can serve now would keep the owner's loop spinning; who has
 * connected waits in the backlog. */
static void
accepting(struct ctl_server *s, bool on, int64_t resume_ns)
{
	struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.ptr = NULL};

	if (epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, s->listen_fd, &event) == 0)
		s->paused = !on;
	s->resume_ns = resume_ns;
}

static void
connection_accept(struct ctl_server *s)
{
	struct ctl_connection *free_slot = free_slot_find(s);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = free_slot};
	int fd;

	if (free_slot == NULL) {
		accepting(s, false, 0);
		return;
	}
	fd = accept4(s->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
		    errno == ENOBUFS)
			accepting(s, false, clock_mono_ns() + NS_PER_S);
		return;
	}
	if (epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
		close(fd);
		return;
	}
	*free_slot = (struct ctl_connection){
	    .fd = fd, .deadline_ns = clock_mono_ns() + CTL_DEADLINE_NS};
	sbuf_init(&free_slot->answer, CTL_ANSWER_MAX + 512);
}

void
ctl_dispatch(struct ctl_server *s)
{
	struct epoll_event events[CTL_CONNECTIONS + 1];
	int n = epoll_wait(s->epoll_fd, events, (int)countof(events), 0);
	int64_t now = clock_mono_ns();

	for (int i = 0; i < n; i++) {
		struct ctl_connection *c = events[i].data.ptr;

		if (c == NULL) {
			connection_accept(s);
		} else if (c->fd >= 0) {
			bool over =
			    c->answering ? connection_write(s, c) : connection_read(s, c);

			if (over)
				connection_close(c);
		}
	}
	for (size_t i = 0; i < CTL_CONNECTIONS; i++)
		if (s->connections[i].fd >= 0 && now > s->connections[i].deadline_ns)
			connection_close(&s->connections[i]);
	if (s->paused && now >= s->resume_ns && free_slot_find(s) != NULL)
		accepting(s, true, 0);
}
