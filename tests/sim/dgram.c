/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The datagram ports.
 *
 * The local address of each datagram is asked of the kernel and used as the source of
 * the answer, so that a port bound to the wildcard still is one member with an address.
 */
#include "dgram.h"

#include "address.h"
#include "endpoint.h"
#include "msturn.h"
#include "spoil.h"
#include "talk.h"
#include "turn.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATAGRAMS_PER_TURN 64
#define DATAGRAM_MAX       65536
#define LATES_MAX          4096

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

/* An answer that comes late. */
struct late {
	struct endpoint *endpoint;
	struct late *next, **link;
	ev_timer timer;
	struct sockaddr_storage peer, local;
	struct octets answer;
};

int
dgram_prepare(int fd, int family)
{
	const int on = 1;

	if (family == AF_INET)
		return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
	return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
}

/* The address the datagram was sent to; the port is the endpoint's. */
static void
read_local(struct msghdr *msg, struct sockaddr_storage *local)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof info);
			((struct sockaddr_in *)(void *)local)->sin_addr = info.ipi_addr;
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
			   c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof info);
			((struct sockaddr_in6 *)(void *)local)->sin6_addr =
			    info.ipi6_addr;
		}
	}
}

static void
write_local(
    struct msghdr *msg, union control *control, const struct sockaddr_storage *local)
{
	*control = (union control){0};
	msg->msg_control = control;
	if (local->ss_family == AF_INET) {
		const struct sockaddr_in *sin = (const void *)local;
		struct in_pktinfo info = {.ipi_spec_dst = sin->sin_addr};

		msg->msg_controllen = CMSG_SPACE(sizeof info);
		struct cmsghdr *c = CMSG_FIRSTHDR(msg);
		*c = (struct cmsghdr){.cmsg_level = IPPROTO_IP,
		    .cmsg_type = IP_PKTINFO,
		    .cmsg_len = CMSG_LEN(sizeof info)};
		memcpy(CMSG_DATA(c), &info, sizeof info);
	} else {
		const struct sockaddr_in6 *sin6 = (const void *)local;
		struct in6_pktinfo info = {.ipi6_addr = sin6->sin6_addr};

		msg->msg_controllen = CMSG_SPACE(sizeof info);
		struct cmsghdr *c = CMSG_FIRSTHDR(msg);
		*c = (struct cmsghdr){.cmsg_level = IPPROTO_IPV6,
		    .cmsg_type = IPV6_PKTINFO,
		    .cmsg_len = CMSG_LEN(sizeof info)};
		memcpy(CMSG_DATA(c), &info, sizeof info);
	}
}

/* A lost answer is the network's good right; the asker will ask again. */
static void
send_answer(struct endpoint *e, const struct octets *answer,
    const struct sockaddr_storage *peer, const struct sockaddr_storage *local)
{
	struct sockaddr_storage to = *peer;
	struct iovec iov = {answer->bytes, answer->len};
	struct msghdr msg = {.msg_name = &to,
	    .msg_namelen = address_len(peer),
	    .msg_iov = &iov,
	    .msg_iovlen = 1};
	union control control;

	if (e->fd < 0)
		return;
	write_local(&msg, &control, local);
	if (sendmsg(e->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return;
}

/* From the address that was asked, and from a port that was not. */
static void
send_from_elsewhere(const struct octets *answer, const struct sockaddr_storage *peer,
    const struct sockaddr_storage *local)
{
	struct sockaddr_storage from = *local;
	int fd = socket(peer->ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	address_set_port(&from, 0);
	if (bind(fd, (const struct sockaddr *)&from, address_len(&from)) == 0)
		(void)sendto(fd, answer->bytes, answer->len, MSG_NOSIGNAL,
		    (const struct sockaddr *)peer, address_len(peer));
	close(fd);
}

static void
late_free(struct late *l)
{
	ev_timer_stop(l->endpoint->loop, &l->timer);
	*l->link = l->next;
	if (l->next != NULL)
		l->next->link = l->link;
	l->endpoint->n_lates--;
	octets_fini(&l->answer);
	free(l);
}

static void
on_late(EV_P_ ev_timer *w, int revents)
{
	struct late *l =
	    (struct late *)(void *)((char *)w - offsetof(struct late, timer));

	(void)EV_A;
	(void)revents;
	send_answer(l->endpoint, &l->answer, &l->peer, &l->local);
	late_free(l);
}

static void
answer_later(struct endpoint *e, struct octets *take_answer,
    const struct sockaddr_storage *peer, const struct sockaddr_storage *local)
{
	struct late *l = e->n_lates < LATES_MAX ? calloc(1, sizeof *l) : NULL;

	if (l == NULL)
		return;
	l->endpoint = e;
	l->peer = *peer;
	l->local = *local;
	l->answer = *take_answer;
	*take_answer = (struct octets){0};
	l->next = e->lates;
	l->link = &e->lates;
	if (l->next != NULL)
		l->next->link = &l->next;
	e->lates = l;
	e->n_lates++;
	ev_timer_init(&l->timer, on_late, e->slow_s, 0.);
	ev_timer_start(e->loop, &l->timer);
}

static void
take_datagram(struct endpoint *e, const uint8_t *bytes, size_t n,
    const struct sockaddr_storage *peer, const struct sockaddr_storage *local)
{
	const struct turn_scene scene = {&e->member->manner, e->sickness, peer, local};
	struct msturn_message m;
	struct octets answer = {0};

	e->accepted++;
	journal_put(&e->member->journal, e->kind, peer, local);
	if (e->sickness == SICKNESS_HANG)
		return;
	if (e->sickness == SICKNESS_GARBAGE)
		talk_noise(&e->member->manner, &answer);
	else if (msturn_parse(bytes, n, &m) == 0)
		turn_answer(&scene, &m, &answer);
	spoil(SPEECH_TURN_DATAGRAM, e->sickness, &answer, 0);
	if (answer.len > 0 && e->sickness == SICKNESS_SLOW)
		answer_later(e, &answer, peer, local);
	else if (answer.len > 0 && e->sickness == SICKNESS_ELSEWHERE)
		send_from_elsewhere(&answer, peer, local);
	else if (answer.len > 0)
		send_answer(e, &answer, peer, local);
	octets_fini(&answer);
}

void
dgram_serve(struct endpoint *e)
{
	uint8_t bytes[DATAGRAM_MAX];

	for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
		struct sockaddr_storage peer = {0}, local = e->address;
		struct iovec iov = {bytes, sizeof bytes};
		union control control;
		struct msghdr msg = {.msg_name = &peer,
		    .msg_namelen = sizeof peer,
		    .msg_iov = &iov,
		    .msg_iovlen = 1,
		    .msg_control = &control,
		    .msg_controllen = sizeof control};
		ssize_t n = recvmsg(e->fd, &msg, MSG_DONTWAIT);

		if (n < 0)
			return;
		read_local(&msg, &local);
		take_datagram(e, bytes, (size_t)n, &peer, &local);
	}
}

void
dgram_forget(struct endpoint *e)
{
	while (e->lates != NULL)
		late_free(e->lates);
}
