/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vip_sockets - the link to edge-vantage, and what came over it.
 */
#include "vip_sockets.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/log.h>
#include <edge/peer.h>

#include "vantage/vantage.h"

#define LOOK_S 1.0
/* Who has not answered for so long is stopped, or worse. */
#define ANSWERED_NS NS_PER_S
/* A TCP probe may open a second socket. */
#define NEEDED(proto) ((proto) == PROTO_TCP ? 2u : 1u)

static void
shelf_clear(struct vip_shelf *shelf)
{
	while (shelf->n > 0)
		close(shelf->fds[--shelf->n]);
	shelf->asked = 0;
	shelf->error = 0;
}

static void
for_shelves(struct vip_sockets *s, void (*what)(struct vip_shelf *shelf))
{
	for (int f = 0; f < FAMILIES; f++)
		for (int p = 0; p < PROTOS; p++)
			what(&s->shelves[f][p]);
}

static void
link_lose(struct vip_sockets *s)
{
	if (s->fd < 0)
		return;
	ev_io_stop(s->pulse->loop, &s->io);
	close(s->fd);
	s->fd = -1;
	for_shelves(s, shelf_clear);
	s->on_lost(s->owner);
}

/* Asks for what lacks.  A full way there is tried again later. */
static void
fill(struct vip_sockets *s, enum family family, enum proto proto)
{
	struct vip_shelf *shelf = &s->shelves[family][proto];
	const struct vantage_question q = {
	    .magic = VANTAGE_MAGIC, .family = (uint16_t)family, .proto = (uint16_t)proto};

	if (shelf->asked == 0)
		shelf->heard = s->pulse->now;
	while (
	    s->fd >= 0 && shelf->wanted && shelf->n + shelf->asked < VIP_STOCK &&
	    send(s->fd, &q, sizeof q, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof q)
		shelf->asked++;
}

static void
fill_all(struct vip_sockets *s)
{
	for (int f = 0; f < FAMILIES; f++)
		for (int p = 0; p < PROTOS; p++)
			fill(s, (enum family)f, (enum proto)p);
}

/* Takes the descriptor out of a message that has room for one; -1 when there is none. */
static int
descriptor_in(struct msghdr *m)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int fd;

	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof fd))
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof fd);
	return fd;
}

/* A kind of socket that is not what was asked for would be a puzzle later. */
static bool
fits(int fd, enum family family, enum proto proto)
{
	int domain = 0, type = 0;
	socklen_t n = sizeof domain;

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
	       domain == (family == FAMILY_V4 ? AF_INET : AF_INET6) &&
	       type == (proto == PROTO_UDP ? SOCK_DGRAM : SOCK_STREAM);
}

/* False when the answer is none to what was asked. */
static bool
put_away(struct vip_sockets *s, const struct vantage_answer *a, int fd)
{
	struct vip_shelf *shelf;

	if (a->magic != VANTAGE_MAGIC || a->family >= FAMILIES || a->proto >= PROTOS)
		return false;
	shelf = &s->shelves[a->family][a->proto];
	if (shelf->asked == 0)
		return false;
	shelf->asked--;
	shelf->error = a->error;
	shelf->heard = s->pulse->now;
	if (a->error != 0)
		return fd < 0;
	if (fd < 0 || !fits(fd, (enum family)a->family, (enum proto)a->proto))
		return false;
	shelf->fds[shelf->n++] = fd;
	return true;
}

/* 1: an answer, 0: none yet, -1: the link is worth nothing any more. */
static int
take_answer(struct vip_sockets *s)
{
	struct vantage_answer a = {0};
	union {
		struct cmsghdr align;
		uint8_t octets[CMSG_SPACE(sizeof(int))];
	} rights;
	struct iovec iov = {.iov_base = &a, .iov_len = sizeof a};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &rights,
	    /* Not its padding, in which a second descriptor would find room. */
	    .msg_controllen = CMSG_LEN(sizeof(int))};
	ssize_t n = recvmsg(s->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int fd;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	fd = descriptor_in(&m);
	if (n == (ssize_t)sizeof a && !(m.msg_flags & MSG_CTRUNC) && put_away(s, &a, fd))
		return 1;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void
on_answer(EV_P_ ev_io *w, int revents)
{
	struct vip_sockets *s = container_of(w, struct vip_sockets, io);
	int got = 1;

	(void)EV_A;
	(void)revents;
	for (unsigned i = 0; got == 1 && i < VIP_STOCK * FAMILIES * PROTOS; i++)
		got = take_answer(s);
	if (got < 0)
		link_lose(s);
}

static void
link_up(struct vip_sockets *s)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return;
	memcpy(un.sun_path, s->path, sizeof un.sun_path);
	if (connect(fd, (struct sockaddr *)&un, sizeof un) != 0 ||
	    !peer_is_trusted(fd, VANTAGE_USER)) {
		close(fd);
		return;
	}
	s->fd = fd;
	ev_io_set(&s->io, fd, EV_READ);
	ev_io_start(s->pulse->loop, &s->io);
}

static bool
any_wanted(const struct vip_sockets *s)
{
	for (int f = 0; f < FAMILIES; f++)
		for (int p = 0; p < PROTOS; p++)
			if (s->shelves[f][p].wanted)
				return true;
	return false;
}

static void
on_look(EV_P_ ev_timer *w, int revents)
{
	struct vip_sockets *s = container_of(w, struct vip_sockets, look);

	(void)EV_A;
	(void)revents;
	if (s->fd < 0 && any_wanted(s))
		link_up(s);
	fill_all(s);
}

static int
take(struct probe_outlet *o, enum family family, enum proto proto)
{
	struct vip_sockets *s = container_of(o, struct vip_sockets, outlet);
	struct vip_shelf *shelf = &s->shelves[family][proto];
	int fd;

	if (shelf->n == 0)
		return -EAGAIN;
	fd = shelf->fds[--shelf->n];
	fill(s, family, proto);
	return fd;
}

static void
shelf_unwanted(struct vip_shelf *shelf)
{
	shelf->wanted = false;
}

void
vip_sockets_init(struct vip_sockets *s, struct pulse *pulse, const char *run_dir,
    void (*on_lost)(void *owner), void *owner)
{
	*s = (struct vip_sockets){.outlet.take = take,
	    .pulse = pulse,
	    .fd = -1,
	    .on_lost = on_lost,
	    .owner = owner};
	/* Every longer name of a socket there was found to fit at the start. */
	(void)vantage_path(s->path, run_dir);
	ev_init(&s->io, on_answer);
	ev_set_priority(&s->io, IO_PRIORITY);
	ev_timer_init(&s->look, on_look, 0.0, LOOK_S);
}

void
vip_sockets_want_none(struct vip_sockets *s)
{
	for_shelves(s, shelf_unwanted);
	ev_timer_stop(s->pulse->loop, &s->look);
}

void
vip_sockets_want(struct vip_sockets *s, enum family family, enum proto proto)
{
	s->shelves[family][proto].wanted = true;
	if (ev_is_active(&s->look))
		return;
	ev_timer_set(&s->look, 0.0, LOOK_S);
	ev_timer_start(s->pulse->loop, &s->look);
}

bool
vip_sockets_coming(const struct vip_sockets *s, enum family family, enum proto proto)
{
	const struct vip_shelf *shelf = &s->shelves[family][proto];

	return s->fd >= 0 && shelf->n < NEEDED(proto) && shelf->asked > 0 &&
	       s->pulse->now - shelf->heard < ANSWERED_NS;
}

const char *
vip_sockets_lack(const struct vip_sockets *s, enum family family, enum proto proto)
{
	const struct vip_shelf *shelf = &s->shelves[family][proto];

	if (shelf->n >= NEEDED(proto))
		return NULL;
	if (s->fd < 0)
		return "edge-vantage is not there";
	if (shelf->error == EAFNOSUPPORT)
		return "edge-vantage has no way in this family";
	return "edge-vantage gives no sockets";
}

void
vip_sockets_close(struct vip_sockets *s)
{
	if (s->pulse == NULL)
		return;
	vip_sockets_want_none(s);
	link_lose(s);
}
