/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flows - the flow table of the kernel engine when it is full.
 *
 * Flows are made by whole handshakes run through the program, half of them in each
 * family; then packets of them in random order, both ways; then the sweep.  What the
 * program costs is what the kernel counts for it (BPF_ENABLE_STATS), not the calls around
 * it.  Prints one line of JSON.
 */
#include "host.h"
#include "sweep.h"
#include "world.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FEW       1000
#define HALF_OPEN 65536
#define SWEEPS    5
#define LOOKS     5       /* series of packets; the median counts */
#define LOOK_STEP 7368787 /* a prime: steps of it meet every flow once, in no order */

struct bench {
	struct world w;
	uint32_t flows;
	uint32_t looks;  /* packets in a series; all series meet every flow */
	uint64_t looked; /* packets so far */
	uint8_t *member; /* of each flow */
	uint64_t wrong;
};

_Noreturn static void
die(const char *what)
{
	fprintf(stderr, "edge-bench-flows: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t
clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* --- packets of flow n ----------------------------------------------------------------
 */

/* Sixteen ports of each address: addresses differ more than ports do, as in life. */
static struct spec
of_flow(struct bench *b, uint32_t n, bool in, uint8_t flags, uint32_t seq, uint32_t ack)
{
	struct world *w = &b->w;
	struct km_addr client;
	uint32_t address = n / 32;
	uint16_t port = (uint16_t)(20000 + n / 2 % 16 * 2311);
	struct spec s;

	w->v6 = n % 2 == 1;
	client = world_addr(w->v6 ? "2001:db8:d::" : "10.64.0.0");
	for (int i = 0; i < 3; i++)
		((uint8_t *)&client)[15 - i] |= (uint8_t)(address >> 8 * i);
	s = (struct spec){.v6 = w->v6,
	    .proto = IPPROTO_TCP,
	    .ttl = 64,
	    .seq = seq,
	    .ack = ack,
	    .flags = flags};
	if (in) {
		s.from = client;
		s.sport = port;
		s.to = world_vip(w);
		s.dport = world_vip_port(TLS);
	} else {
		s.from = world_member(w, b->member[n]);
		s.sport = world_member_port(TLS);
		s.to = client;
		s.dport = port;
	}
	return s;
}

static void
send_packet(struct bench *b, uint32_t n, bool in, uint8_t flags, uint32_t seq,
    uint32_t ack, struct packet *out)
{
	struct spec s = of_flow(b, n, in, flags, seq, ack);
	struct packet p = {.n = 0};
	int verdict;

	packet_build(&s, &p);
	verdict = world_run(&b->w, in ? b->w.client_link : b->w.member_link, &p, out);
	if (verdict != TC_ACT_REDIRECT)
		b->wrong++;
}

/* Where a packet goes, by the last octet of its destination. */
static uint8_t
member_of(const struct bench *b, const struct packet *p)
{
	uint8_t last = p->octets[LINK_OCTETS + (b->w.v6 ? 39 : 19)];
	struct km_addr first = world_member(&b->w, 0);

	return (uint8_t)(last - ((uint8_t *)&first)[15]);
}

static void
make_flow(struct bench *b, uint32_t n)
{
	struct packet out;
	uint32_t client = n * 2654435761u, member = ~client;

	send_packet(b, n, true, TCP_SYN, client, 0, &out);
	b->member[n] = member_of(b, &out);
	send_packet(b, n, false, TCP_SYN | TCP_ACK, member, client + 1, &out);
	send_packet(b, n, true, TCP_ACK, client + 1, member + 1, &out);
}

/* --- what the kernel says ------------------------------------------------------------
 */

static uint64_t
held(const struct bench *b)
{
	uint64_t open = 0;

	for (uint32_t i = 0; i < b->w.flows.n; i++) {
		const struct km_bucket *at = &b->w.flows.buckets[i];

		for (int lane = 0; lane < KM_LANES; lane++)
			open +=
			    at->lane[lane].tag != 0 && at->lane[lane].state == KM_OPEN;
	}
	return open;
}

static uint64_t
memory(const struct bench *b, enum kernel_map map)
{
	char path[64], line[128];
	uint64_t octets = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", b->w.o.map[map]);
	f = fopen(path, "r");
	if (f == NULL)
		die(path);
	while (fgets(line, sizeof line, f) != NULL)
		sscanf(line, "memlock: %" SCNu64, &octets);
	fclose(f);
	return octets;
}

/* --- packets in random order ---------------------------------------------------------
 */

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The program's time a packet, in ns, with packets that visit @n flows in turn, by large
 * steps; each goes to the flow's own member. */
static double
look(struct bench *b, uint32_t n)
{
	struct bpf_prog_info before = {0}, after = {0};
	uint32_t size = sizeof before;
	int stats = bpf_enable_stats(BPF_STATS_RUN_TIME);

	if (stats < 0 || bpf_obj_get_info_by_fd(b->w.o.program, &before, &size) != 0)
		die("statistics of programs");
	for (uint32_t i = 0; i < b->looks; i++) {
		uint32_t flow = (uint32_t)(b->looked++ * LOOK_STEP % n);
		bool in = i % 2 == 0;
		struct packet out;

		send_packet(b, flow, in, TCP_ACK, 1, 1, &out);
		if (in && member_of(b, &out) != b->member[flow])
			b->wrong++;
	}
	size = sizeof after;
	if (bpf_obj_get_info_by_fd(b->w.o.program, &after, &size) != 0)
		die("statistics of programs");
	close(stats);
	return (double)(after.run_time_ns - before.run_time_ns) /
	       (double)(after.run_cnt - before.run_cnt);
}

static double
look_median(struct bench *b, uint32_t n)
{
	double ns[LOOKS];

	for (int i = 0; i < LOOKS; i++)
		ns[i] = look(b, n);
	qsort(ns, LOOKS, sizeof *ns, by_size);
	return ns[LOOKS / 2];
}

/* --- sweep ---------------------------------------------------------------------------
 */

/* One whole sweep, as the main thread of edge-lb does it: turn by turn, when it is told.
 * Its processor's time in ms; the longest turn so far. */
static double
sweep_once(struct sweep *s, int64_t *now_ns, int64_t *longest_ns)
{
	uint64_t before = sweep_figures(s).sweeps;
	int64_t cpu_ns = -clock_ns(CLOCK_THREAD_CPUTIME_ID);

	while (sweep_figures(s).sweeps == before) {
		int64_t begun_ns = clock_ns(CLOCK_MONOTONIC);

		/* Time is what it is told: nobody waits for a period here. */
		*now_ns = sweep_turn(s, *now_ns);
		begun_ns = clock_ns(CLOCK_MONOTONIC) - begun_ns;
		*longest_ns = begun_ns > *longest_ns ? begun_ns : *longest_ns;
	}
	return (double)(cpu_ns + clock_ns(CLOCK_THREAD_CPUTIME_ID)) / 1e6;
}

/* Sweeps of flows that stay, then one that ends them all. */
static void
sweep_all(struct bench *b)
{
	struct sweep *s;
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC), longest_ns = 0, storm_ns = 0;
	double ms[SWEEPS], storm_ms;

	if (sweep_new(&b->w.o, &s) != 0)
		die("sweep");
	for (unsigned done = 0; done < SWEEPS; done++) {
		ms[done] = sweep_once(s, &now_ns, &longest_ns);
		if (sweep_figures(s).flows != b->flows)
			b->wrong++;
	}
	for (unsigned r = 1; r < KM_LISTENERS; r++)
		b->w.o.listeners[r].idle = 0;
	storm_ms = sweep_once(s, &now_ns, &storm_ns);
	if (sweep_figures(s).flows != 0 || held(b) != 0)
		b->wrong++;
	sweep_free(&s);
	qsort(ms, SWEEPS, sizeof *ms, by_size);
	printf(", \"sweep_ms\": %.1f, \"hold_ms\": %.2f", ms[SWEEPS / 2],
	    (double)longest_ns / 1e6);
	printf(", \"storm_ms\": %.1f, \"storm_hold_ms\": %.2f", storm_ms,
	    (double)storm_ns / 1e6);
}

int
main(int argc, char **argv)
{
	static struct bench b;
	struct object_sizes sizes;
	struct sbuf why;
	double few_ns, all_ns;

	b.flows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
	if (b.flows < 2 * FEW) {
		fprintf(stderr, "usage: edge-bench-flows FLOWS\n");
		return 2;
	}
	b.looks = b.flows / LOOKS;
	b.member = calloc(b.flows, 1);
	sbuf_init(&why, 4096);
	sizes = (struct object_sizes){.flows = b.flows, .half_open = HALF_OPEN};
	if (b.member == NULL || world_open_sized(&b.w, &sizes, &why) != 0 ||
	    host_knows_all(&why) != 0) {
		fprintf(stderr, "edge-bench-flows: %s\n", sbuf_text(&why));
		return 1;
	}
	for (uint32_t n = 0; n < FEW; n++)
		make_flow(&b, n);
	few_ns = look_median(&b, FEW);
	for (uint32_t n = FEW; n < b.flows; n++)
		make_flow(&b, n);
	printf("{\"held\": %" PRIu64, held(&b));
	printf(", \"octets\": %" PRIu64, memory(&b, KERNEL_MAP_FLOWS) +
					     memory(&b, KERNEL_MAP_HALF_OPEN) +
					     memory(&b, KERNEL_MAP_ASKED));
	all_ns = look_median(&b, b.flows);
	printf(", \"few_ns\": %.1f, \"all_ns\": %.1f", few_ns, all_ns);
	sweep_all(&b);
	printf(", \"wrong\": %" PRIu64 "}\n", b.wrong);
	world_close(&b.w);
	sbuf_fini(&why);
	free(b.member);
	return 0;
}
