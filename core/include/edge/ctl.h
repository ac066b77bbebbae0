/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_CTL_H
#define EDGE_CTL_H

/*
 * ctl - a daemon's control socket: DIR/NAME.ctl, text in, text out.
 *
 *   request   one line of words: "drain edge.contoso.net/edge1\n"
 *   answer    "ok\n" or "error: why\n", then text, then end of file
 *
 * The server owns one epoll descriptor for its listener and all its connections, so that
 * any loop (libev, select, poll) watches a single descriptor and calls ctl_dispatch().
 * Peers are authorised per verb by their credentials (SO_PEERCRED):
 *
 *   CTL_READ     who may connect at all: mode 0660, group of the run directory
 *   CTL_OPERATE  root, the daemon's own user, members of group edgepool-operator
 *   CTL_RELOAD   root and the daemon's own user
 *
 * Bounds: 16 connections (16 more wait in the backlog), requests of 1023 octets, 5 s a
 * connection, answers of 4 MiB.  A slow or silent peer costs a slot for 5 s and nothing
 * else.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <edge/base.h>
#include <edge/sbuf.h>

enum ctl_right { CTL_READ, CTL_OPERATE, CTL_RELOAD };

struct ctl_request {
	int argc; /* words, the verb is argv[0] */
	char **argv;
	uid_t uid;
	pid_t pid;
	struct sbuf *out; /* the answer's text */
	bool failed;      /* set by ctl_fail() */
	char error[256];
};

struct ctl_verb {
	const char *name;
	enum ctl_right right;
	int args_min, args_max; /* without the verb itself */
	void (*run)(void *owner, struct ctl_request *req);
	const char *help; /* "drain MEMBER: no new sessions" */
};

/* Makes the answer "error: ...": one line, say what to do instead. */
void ctl_fail(struct ctl_request *req, const char *format, ...) edge_printf(2, 3);

struct ctl_server;

/* @verbs (@n_verbs of them) and @owner are borrowed and must outlive the server.
 * 0 or -errno; -EADDRINUSE when a living daemon owns the socket. */
int ctl_open(const char *dir, const char *name, const struct ctl_verb *verbs,
    size_t n_verbs, void *owner, struct ctl_server **ret);
/* For people: why ctl_open() failed. */
const char *ctl_open_text(int err);
void ctl_close(struct ctl_server **ps);
int ctl_fd(const struct ctl_server *s); /* readable: call ctl_dispatch() */
/* Handles what is ready, closes what is late.  Call it also about once a second. */
void ctl_dispatch(struct ctl_server *s);

/* The client: sends @request (without newline) to DIR/NAME.ctl and reads the answer into
 * @answer, for at most @timeout_ms.  0 when the daemon said ok; -EREMOTEIO when it said
 * "error", whose text is then in @answer; else -errno (-ENOENT, -ECONNREFUSED: not
 * running; -ETIMEDOUT). */
int ctl_call(const char *dir, const char *name, const char *request, int timeout_ms,
    struct sbuf *answer);

#endif
