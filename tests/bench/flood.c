/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flood - TCP packets of nobody: invented sources, numbers drawn at random.
 *
 * Of four packets two are SYNs, one acknowledges an earlier one of them with a wrong
 * number, as who cannot see the answer must, and one is a SYN and ACK out of nowhere.
 * They leave through a packet socket: what they cost is charged to whom they meet, not
 * to a stack of ours.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH    64
#define EARLIER  4096 /* packets between a SYN and its acknowledgement */
#define PAUSE_NS 500000

struct piece {
	struct iphdr ip;
	struct tcphdr tcp;
};

struct flood {
	const struct plan *plan;
	int fd;
	uint64_t n;
	struct sockaddr_ll at;
	struct piece pieces[BATCH];
	struct iovec iov[BATCH];
	struct mmsghdr messages[BATCH];
};

/* The same for the same @n: an acknowledgement must find the tuple of its SYN. */
static uint64_t
drawn(uint64_t n)
{
	n += 0x9e3779b97f4a7c15u;
	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9u;
	n = (n ^ n >> 27) * 0x94d049bb133111ebu;
	return n ^ n >> 31;
}

static uint32_t
sum_words(const void *at, size_t n, uint32_t sum)
{
	const uint16_t *w = at;

	for (size_t i = 0; i < n / 2; i++)
		sum += w[i];
	return sum;
}

static uint16_t
folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
piece_write(const struct plan *p, uint64_t n, struct piece *k)
{
	bool acknowledges = n % 4 == 2, both = n % 4 == 3;
	uint64_t who = drawn(p->first + (acknowledges ? n - EARLIER - 2 : n));
	uint64_t numbers = drawn(~n);

	*k = (struct piece){.ip = {.version = 4,
				.ihl = 5,
				.tot_len = htons(sizeof *k),
				.ttl = 64,
				.protocol = IPPROTO_TCP},
	    .tcp = {.doff = 5, .window = htons(64240)}};
	k->ip.saddr = htonl(p->from + (uint32_t)(who % p->addresses));
	k->ip.daddr = htonl(ntohl(p->to.sin_addr.s_addr) + (uint32_t)(who % p->spread));
	k->ip.check = folded(sum_words(&k->ip, sizeof k->ip, 0));
	k->tcp.source = htons((uint16_t)(1024 + (who >> 40) % 64000));
	k->tcp.dest = p->to.sin_port;
	k->tcp.seq = (uint32_t)numbers;
	k->tcp.syn = !acknowledges;
	k->tcp.ack = acknowledges || both;
	if (k->tcp.ack)
		k->tcp.ack_seq = (uint32_t)(numbers >> 32);
	k->tcp.check = folded(sum_words(&k->tcp, sizeof k->tcp,
	    sum_words(&k->ip.saddr, 8, htons(IPPROTO_TCP) + htons(sizeof k->tcp))));
}

static void
flood_open(struct flood *f)
{
	int one = 1;

	f->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (f->fd < 0)
		bench_die("flood");
	setsockopt(f->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
	f->at = (struct sockaddr_ll){.sll_family = AF_PACKET,
	    .sll_protocol = htons(0x0800),
	    .sll_halen = 6,
	    .sll_ifindex = (int)if_nametoindex(f->plan->device)};
	memcpy(f->at.sll_addr, f->plan->mac, 6);
	for (size_t i = 0; i < BATCH; i++) {
		f->iov[i] = (struct iovec){&f->pieces[i], sizeof f->pieces[i]};
		f->messages[i].msg_hdr = (struct msghdr){.msg_name = &f->at,
		    .msg_namelen = sizeof f->at,
		    .msg_iov = &f->iov[i],
		    .msg_iovlen = 1};
	}
}

static void
flood_send(struct flood *f, struct tally *t)
{
	int sent;

	for (size_t i = 0; i < BATCH; i++)
		piece_write(f->plan, f->n++, &f->pieces[i]);
	sent = sendmmsg(f->fd, f->messages, BATCH, 0);
	if (sent < 0 && errno != ENOBUFS)
		bench_die("sendmmsg");
	t->done += sent < 0 ? 0 : (uint64_t)sent;
	t->failed += BATCH - (sent < 0 ? 0 : (uint64_t)sent);
}

/* What it could not send in time it leaves: a rate is not made up for by bursts. */
void
flood_run(const struct plan *p, struct tally *t)
{
	struct flood f = {.plan = p, .n = EARLIER + 4};
	int64_t begun_ns = bench_now_ns(), now_ns = begun_ns, looked_ns = begun_ns;
	double due = 0, last_ns = (double)begun_ns;

	flood_open(&f);
	while (!bench_is_over(p, begun_ns, now_ns, &looked_ns) &&
	       (p->sessions == 0 || t->done < p->sessions)) {
		struct timespec pause = {.tv_nsec = PAUSE_NS};

		due += ((double)now_ns - last_ns) / 1e9 * p->rate;
		last_ns = (double)now_ns;
		if (due > BATCH + p->rate / 50)
			due = BATCH + p->rate / 50;
		for (; due >= BATCH; due -= BATCH)
			flood_send(&f, t);
		nanosleep(&pause, NULL);
		now_ns = bench_now_ns();
	}
	t->seconds = (double)(now_ns - begun_ns) / 1e9;
	close(f.fd);
}
