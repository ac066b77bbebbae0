/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_idle - flows nobody has spoken on for too long, sessions of the host's own
 * sockets, and services without transactions.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "row.h"

/* The entry's last packet was so many seconds ago. */
static void
age(struct world *w, enum kernel_map map, enum service s, unsigned seconds)
{
	struct km_flow *f = map == KERNEL_MAP_FLOWS ? flow_at(w, s) : half_at(w, s);

	must(w, f != NULL);
	f->seen -= object_ticks(seconds * 1000000000LL);
}

static void
stateless_of_ring(struct world *w, unsigned member, unsigned n)
{
	counts_are(w, TLS, member, KM_COUNT_STATELESS, n);
}

static void
idle_tcp(struct world *w)
{
	tcp_made(w, 1);
	age(w, KERNEL_MAP_FLOWS, TLS, 290);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 1);
	age(w, KERNEL_MAP_FLOWS, TLS, 310);
	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 1);
	flow_is(w, TLS, KM_NONE);
	half_is(w, TLS, KM_PICKED);
	must(w, world_listener(w, TLS)->sessions == 0);
	must(w, world_endpoint(w, TLS, 1)->sessions == 0);
	stateless_of_ring(w, 1, 1);
}

static void
idle_reply(struct world *w)
{
	tcp_made(w, 1);
	age(w, KERNEL_MAP_FLOWS, TLS, 310);
	passed(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001));
	flow_is(w, TLS, KM_NONE);
	must(w, world_listener(w, TLS)->sessions == 0);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 1);
}

static void
spoken_on(struct world *w)
{
	for (unsigned i = 0; i < 3; i++) {
		if (i == 0)
			tcp_made(w, 1);
		age(w, KERNEL_MAP_FLOWS, TLS, 200);
		forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 1);
		age(w, KERNEL_MAP_FLOWS, TLS, 200);
		returned(w, tcp_out(w, 1, TCP_ACK, 5001, 1001), 1);
	}
}

static void
half_closed(struct world *w)
{
	tcp_made(w, 1);
	returned(w, tcp_out(w, 1, TCP_FIN | TCP_ACK, 5001, 1001), 1);
	age(w, KERNEL_MAP_FLOWS, TLS, 50);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5002), 1);
	age(w, KERNEL_MAP_FLOWS, TLS, 70);
	passed(w, tcp_out(w, 1, TCP_ACK, 5002, 1101));
	flow_is(w, TLS, KM_NONE);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 1);
}

static void
closing(struct world *w)
{
	tcp_made(w, 1);
	forwarded(w, tcp_in(w, TCP_FIN | TCP_ACK, 1001, 5001), 1);
	returned(w, tcp_out(w, 1, TCP_FIN | TCP_ACK, 5001, 1002), 1);
	age(w, KERNEL_MAP_FLOWS, TLS, 20);
	passed(w, tcp_out(w, 1, TCP_ACK, 5002, 1101));
	flow_is(w, TLS, KM_NONE);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 1);
}

static void
idle_udp(struct world *w)
{
	udp_made(w, 1, 10);
	w->o.settings->affinity = 0;
	age(w, KERNEL_MAP_FLOWS, TURN, 310);
	world_ring(w, TURN, 2);
	forwarded(w, udp_in(w, 11), 2);
	flow_is(w, TURN, KM_NONE);
	half_is(w, TURN, KM_ASKED);
	must(w, world_listener(w, TURN)->sessions == 0);
}

static void
unanswered(struct world *w)
{
	world_ring(w, TURN, 1);
	forwarded(w, udp_in(w, 10), 1);
	age(w, KERNEL_MAP_HALF_OPEN, TURN, 20);
	passed(w, udp_out(w, 1, 10));
	world_ring(w, TURN, 2);
	forwarded(w, udp_in(w, 10), 2);
	returned(w, udp_out(w, 2, 10), 2);
	counts_are(w, TURN, 1, KM_COUNT_UNASKED, 1);
}

/* --- the host's own sockets --- */

static socklen_t
socket_address(
    const struct world *w, struct km_addr a, uint16_t port, struct sockaddr_storage *to)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof *to);
	if (w->v6) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		memcpy(&v6->sin6_addr, &a, 16);
		return sizeof *v6;
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons(port);
	v4->sin_addr.s_addr = a.word[3];
	return sizeof *v4;
}

/* A socket that is connected without a word: TCP_REPAIR. */
static int
connected(struct world *w, struct km_addr here, uint16_t port, struct km_addr there,
    uint16_t its_port)
{
	struct sockaddr_storage local, remote;
	socklen_t n = socket_address(w, here, port, &local);
	int fd = socket(w->v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
	    one = 1;

	socket_address(w, there, its_port, &remote);
	must(w, fd >= 0);
	must(w, setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &one, sizeof one) == 0);
	must(w, setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0);
	must(w, bind(fd, (struct sockaddr *)&local, n) == 0);
	must(w, connect(fd, (struct sockaddr *)&remote, n) == 0);
	return fd;
}

static void
sessions_of_the_relay(struct world *w)
{
	int fd = connected(
	    w, world_vip(w), world_vip_port(TLS), world_client(w, w->client), w->port);

	passed(w, tcp_in(w, TCP_ACK | TCP_PSH, 1, 2));
	passed(w, tcp_in(w, TCP_FIN | TCP_ACK, 1, 2));
	passed(w, tcp_in(w, TCP_RST, 1, 0));
	must(w, entries(w, KERNEL_MAP_HALF_OPEN) == 0);
	w->port++;
	must(w, goes_to(w, tcp_in(w, TCP_SYN, 1, 0)) >= 0);
	close(fd);
}

/* Replies to the prober of this host are no answers past the balancer. */
static void
probes(struct world *w)
{
	struct km_addr here = world_addr(w->v6 ? "fd01::1" : "10.1.0.1");
	int fd = connected(w, here, 30000, world_member(w, 1), world_member_port(TLS));
	struct spec r = tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1001);

	r.to = here;
	r.dport = 30000;
	passed(w, r);
	close(fd);
	r.dport = 30001;
	passed(w, r);
	counts_are(w, TLS, 1, KM_COUNT_UNASKED, 1);
}

static void
relay_still_listens(struct world *w)
{
	struct sockaddr_storage vip;
	socklen_t n = socket_address(w, world_vip(w), world_vip_port(TLS), &vip);
	int fd = socket(w->v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
	    one = 1;

	must(w, fd >= 0);
	must(w, setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0);
	must(w, bind(fd, (struct sockaddr *)&vip, n) == 0);
	must(w, listen(fd, 5) == 0);
	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), 1);
	w->port++;
	forwarded(w, tcp_in(w, TCP_ACK, 1, 2), 1);
	close(fd);
	stateless_of_ring(w, 1, 1);
}

/* --- services whose clients never speak with a member directly --- */

static void
without_transactions(struct world *w)
{
	world_listener(w, TURN)->flags &= ~KM_LISTENER_DIRECT;
	world_ring(w, TURN, 1);
	passed(w, udp_out(w, 1, 50));
	forwarded(w, udp_in(w, 10), 1);
	returned(w, udp_out(w, 1, 99), 1);
	flow_is(w, TURN, KM_OPEN);
	for (uint8_t t = 100; t < 110; t++) {
		forwarded(w, udp_in(w, t), 1);
		returned(w, udp_out(w, 1, (uint8_t)(t + 50)), 1);
	}
	must(w, entries(w, KERNEL_MAP_ASKED) == 0);
	counts_are(w, TURN, 1, KM_COUNT_UNASKED, 1);
}

static const struct row idle_rows[] = {
    {"a TCP flow idle for too long is over at its next segment", idle_tcp, BOTH},
    {"and at its next reply", idle_reply, BOTH},
    {"a flow somebody speaks on lives", spoken_on, BOTH},
    {"a half-closed flow waits less", half_closed, BOTH},
    {"a closed one less again", closing, BOTH},
    {"a UDP flow idle for too long is picked anew", idle_udp, BOTH},
    {"a question unanswered for too long is picked anew", unanswered, BOTH},
    {"a session of a socket of the host is passed up", sessions_of_the_relay, BOTH},
    {"replies to the host's own sockets are not counted as unasked", probes, BOTH},
    {"a listening socket of the host is none", relay_still_listens, BOTH},
    {"without direct conversations every reply is the VIP's", without_transactions, BOTH},
};
ROWS(idle);
