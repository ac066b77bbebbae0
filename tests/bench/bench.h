/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BENCH_H
#define BENCH_H

/*
 * bench - what generator and members share.
 *
 * What the first octet of a TCP connection says to a member:
 *
 *   TALK_ECHO    everything comes back, this octet too
 *   TALK_GIVE    octets without end, until the client ends its half
 *   TALK_TAKE    everything is thrown away, until the client ends its half
 *
 * Over UDP a member answers with the same datagram, as MS-TURN does in octets 4 to 19,
 * the transaction's number; octet BENCH_WHO of it is then the last figure of the member's
 * address, so that a client knows who answered.
 *
 * These programs end at the first thing that should not happen: a benchmark that goes on
 * measures something else.
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALK_ECHO    'e'
#define TALK_GIVE    'g'
#define TALK_TAKE    't'
#define BENCH_NUMBER 4 /* where a client numbers its datagrams: 8 octets */
#define BENCH_WHO    20

/* What the command line of the generator says. */
struct plan {
	struct sockaddr_in to;
	uint32_t spread;    /* so many destinations, from there on, in turn */
	uint32_t from;      /* first client address, host order */
	uint32_t addresses; /* so many, from there on */
	uint64_t first;     /* first tuple to use: no two runs may share one */
	unsigned clients;   /* at once */
	double seconds;     /* 0: until standard input ends */
	double rate;        /* new sessions per second; 0: as fast as they end */
	uint64_t sessions;  /* end after so many; 0: when the time is up */
	size_t octets;      /* of a message */
	double every;       /* seconds between messages of a long session; 0: none */
	double patience;    /* seconds a short session may take */
	char *device;       /* of a flood */
	uint8_t mac[6];     /* where it goes */
};

/* What a run found, for the last line of output. */
struct tally {
	uint64_t done, failed, octets, used; /* used: tuples */
	uint64_t misrouted;                  /* clients that met a second member */
	double seconds;
	int64_t cpu_ns;       /* of this process */
	uint32_t *samples_us; /* of latency */
	size_t n_samples, room;
};

int64_t bench_now_ns(void);
/* What this process has used of CPUs. */
int64_t bench_cpu_ns(void);
/* Who started this has seen enough; asks the kernel. */
bool bench_input_ended(void);
/* The time is up; @looked_ns is its own, for that question is not asked each turn. */
bool
bench_is_over(const struct plan *p, int64_t begun_ns, int64_t now_ns, int64_t *looked_ns);
_Noreturn void bench_die(const char *what);
/* A non-blocking socket bound to tuple @n of @p.  With no address and port used twice no
 * state of an earlier session, wherever it is kept, is met again. */
int bench_socket(const struct plan *p, uint64_t n, int type);
/* Connects it to the destination of tuple @n. */
void bench_connect(const struct plan *p, uint64_t n, int fd);
void bench_watch(int epoll, int fd, uint32_t events, void *who);
void bench_sample(struct tally *t, int64_t ns);
/* Prints one line of JSON. */
void bench_print(struct tally *t);
/* Milliseconds until @ns for epoll_wait(), rounded up; never negative. */
int bench_wait_ms(int64_t ns);

/* The kinds of load, one file each. */
void short_run(const struct plan *p, struct tally *t); /* sessions of one message */
void hold_run(const struct plan *p, struct tally *t);  /* sessions that stay */
void bulk_run(const struct plan *p, struct tally *t);  /* half of them up, half down */
void flood_run(const struct plan *p, struct tally *t); /* TCP packets of nobody */
void udp_run(const struct plan *p, struct tally *t);   /* one datagram under way each */

#endif
