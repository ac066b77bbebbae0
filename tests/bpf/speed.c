/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edge-bpf-speed [PACKETS]: what the program costs by the kernel's own statistics, in ns
 * a packet, for the ways most packets take.  No test: figures belong to tests/bench.
 *
 * The test-run's own repetition would give the program its own output, so each packet is
 * a run; setting it up is no part of the figures.
 */
#include <bpf/bpf.h>
#include <edge/base.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host.h"
#include "row.h"

static uint64_t
run_time(const struct world *w)
{
	struct bpf_prog_info info = {0};
	uint32_t n = sizeof info;

	if (bpf_obj_get_info_by_fd(w->o.program, &info, &n) != 0)
		return 0;
	return info.run_time_ns;
}

/* @verdict: the packet must take this way, or the figure would be of another. */
static int
measure(struct world *w, const char *what, struct spec s, uint32_t link, int verdict,
    unsigned packets)
{
	static struct packet in, out;
	uint64_t before;

	packet_build(&s, &in);
	before = run_time(w);
	for (unsigned i = 0; i < packets; i++) {
		if (world_run(w, link, &in, &out) != verdict) {
			printf("%s: another verdict\n", what);
			return 1;
		}
	}
	printf("%-22s IPv%d %6.1f ns\n", what, w->v6 ? 6 : 4,
	    (double)(run_time(w) - before) / packets);
	return 0;
}

/* SYNs of ever new ports: a pick and a half-open flow each. */
static int
measure_new(struct world *w, unsigned packets)
{
	static struct packet in, out;
	uint64_t before = run_time(w);

	for (unsigned i = 0; i < packets; i++) {
		struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

		s.sport = (uint16_t)(1024 + i % 60000);
		packet_build(&s, &in);
		if (world_run(w, w->client_link, &in, &out) != WORLD_SENT)
			return 1;
	}
	printf("%-22s IPv%d %6.1f ns\n", "new TCP session, SYN", w->v6 ? 6 : 4,
	    (double)(run_time(w) - before) / packets);
	return 0;
}

static int
measure_family(struct world *w, unsigned packets)
{
	struct spec other = tcp_in(w, TCP_ACK, 1, 1);
	int broken = 0;

	other.to = world_client(w, 99);
	flow_put(w, TLS, 1, 0);
	broken |= measure(w, "none of ours", other, w->client_link, WORLD_PASS, packets);
	broken |= measure(w, "TCP forward", tcp_in(w, TCP_ACK, 1, 1), w->client_link,
	    WORLD_SENT, packets);
	broken |= measure(w, "TCP reverse", tcp_out(w, 1, TCP_ACK, 1, 1), w->member_link,
	    WORLD_SENT, packets);
	flow_put(w, TURN, 1, 0);
	broken |=
	    measure(w, "UDP forward", udp_in(w, 10), w->client_link, WORLD_SENT, packets);
	broken |= measure(
	    w, "UDP reverse", udp_out(w, 1, 10), w->member_link, WORLD_SENT, packets);
	return broken | measure_new(w, packets);
}

int
main(int argc, char **argv)
{
	static struct world w;
	unsigned packets = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100000;
	int broken = 0, statistics;
	struct sbuf why;

	sbuf_init(&why, 4096);
	if (packets == 0 || world_open(&w, &why) != 0 || host_knows_all(&why) != 0) {
		fprintf(stderr, "%s\n", sbuf_text(&why));
		return 2;
	}
	statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
	for (int v6 = 0; v6 < 2; v6++) {
		w.v6 = v6;
		world_reset(&w);
		broken |= measure_family(&w, packets);
	}
	if (statistics >= 0)
		close(statistics);
	world_close(&w);
	sbuf_fini(&why);
	return broken;
}
