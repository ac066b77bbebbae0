/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serve - the socket, its clients, and one answer to each question.
 */
#include "serve.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <edge/log.h>
#include <edge/model.h>
#include <edge/peer.h>

#include "vantage.h"

/* Questions of one client in one turn: it asks for a few at a time. */
#define QUESTIONS_PER_TURN 64

int
serve_open(struct serve *s, const char *dir, const struct room *room)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int err;

	*s = (struct serve){.room = room, .listening = -1};
	for (int i = 0; i < SERVE_CLIENTS; i++)
		s->clients[i] = -1;
	if (!vantage_path(s->path, dir))
		return -ENAMETOOLONG;
	memcpy(un.sun_path, s->path, sizeof un.sun_path);
	if (peer_listens(&un, SOCK_SEQPACKET))
		return -EADDRINUSE;
	unlink(s->path);
	s->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listening >= 0 &&
	    bind(s->listening, (struct sockaddr *)&un, sizeof un) == 0 &&
	    chmod(s->path, 0660) == 0 && listen(s->listening, SERVE_CLIENTS) == 0)
		return 0;
	err = -errno;
	serve_close(s);
	return err;
}

void
serve_close(struct serve *s)
{
	for (int i = 0; i < SERVE_CLIENTS; i++)
		if (s->clients[i] >= 0)
			close(s->clients[i]);
	if (s->listening >= 0) {
		unlink(s->path);
		close(s->listening);
	}
	s->listening = -1;
}

void
serve_polls(const struct serve *s, struct pollfd polls[SERVE_POLLS])
{
	polls[0] = (struct pollfd){.fd = s->listening, .events = POLLIN};
	for (int i = 0; i < SERVE_CLIENTS; i++)
		polls[1 + i] = (struct pollfd){.fd = s->clients[i], .events = POLLIN};
}

/* The socket asked for, or -errno. */
static int
open_inside(const struct room *room, const struct vantage_question *q)
{
	int fd;

	if (q->family >= FAMILIES || q->proto >= PROTOS)
		return -EINVAL;
	if (!room->has[q->family == FAMILY_V6])
		return -EAFNOSUPPORT;
	fd = socket(q->family == FAMILY_V4 ? AF_INET : AF_INET6,
	    (q->proto == PROTO_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC |
		SOCK_NONBLOCK,
	    0);
	return fd < 0 ? -errno : fd;
}

static bool
answer(int client, const struct vantage_question *q, int fd)
{
	struct vantage_answer a = {.magic = VANTAGE_MAGIC,
	    .family = q->family,
	    .proto = q->proto,
	    .error = fd < 0 ? -fd : 0};
	union {
		struct cmsghdr align;
		uint8_t octets[CMSG_SPACE(sizeof(int))];
	} rights = {0};
	struct iovec iov = {.iov_base = &a, .iov_len = sizeof a};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	if (fd >= 0) {
		struct cmsghdr *c = &rights.align;

		m.msg_control = &rights;
		m.msg_controllen = sizeof rights;
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(c), &fd, sizeof fd);
	}
	return sendmsg(client, &m, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof a;
}

/* False when the client has gone, or should. */
static bool
serve_client(const struct serve *s, int client)
{
	for (int i = 0; i < QUESTIONS_PER_TURN; i++) {
		struct vantage_question q;
		ssize_t n = recv(client, &q, sizeof q, MSG_DONTWAIT | MSG_TRUNC);
		bool told;
		int fd;

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n != (ssize_t)sizeof q || q.magic != VANTAGE_MAGIC)
			return false;
		fd = open_inside(s->room, &q);
		told = answer(client, &q, fd);
		if (fd >= 0)
			close(fd);
		if (!told)
			return false;
	}
	return true;
}

static void
take_client(struct serve *s)
{
	int fd = accept4(s->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	for (int i = 0; peer_is_trusted(fd, PROBER_USER) && i < SERVE_CLIENTS; i++)
		if (s->clients[i] < 0) {
			s->clients[i] = fd;
			return;
		}
	log_debug("a client was sent away: a stranger, or one too many");
	close(fd);
}

void
serve_turn(struct serve *s, const struct pollfd polls[SERVE_POLLS])
{
	for (int i = 0; i < SERVE_CLIENTS; i++) {
		if (polls[1 + i].revents == 0 || serve_client(s, s->clients[i]))
			continue;
		close(s->clients[i]);
		s->clients[i] = -1;
	}
	if (polls[0].revents != 0)
		take_client(s);
}
