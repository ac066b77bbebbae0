/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edge-bpf-fuzz [-n INPUTS] [-t SECONDS] [-s SEED] [-f FILE]: inputs for
 * fuzz/fuzz_path.c, from packets that make sense and then are spoilt.
 *
 * The input being tried lies in FILE, which is left when it breaks something; -n and -s
 * give the same inputs again.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../fuzz/fuzz.h"
#include "row.h"

#define INPUT_MAX 16384

struct generator {
	uint64_t random;
	struct world w; /* for addresses alone: never opened */
	uint8_t *input; /* INPUT_MAX octets of FILE */
	size_t n;
};

static uint32_t
next(struct generator *g)
{
	g->random ^= g->random << 13;
	g->random ^= g->random >> 7;
	g->random ^= g->random << 17;
	return (uint32_t)(g->random >> 16);
}

static uint32_t
below(struct generator *g, uint32_t n)
{
	return next(g) % n;
}

static bool
one_in(struct generator *g, uint32_t n)
{
	return below(g, n) == 0;
}

static uint32_t
number(struct generator *g)
{
	static const uint32_t known[] = {1000, 1001, 5000, 5001, 5002, 0, 0xffffffff};

	return one_in(g, 8) ? next(g) : known[below(g, sizeof known / sizeof known[0])];
}

static struct spec
plain(struct generator *g, bool out)
{
	static const uint8_t flags[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK,
	    TCP_ACK | TCP_PSH, TCP_FIN | TCP_ACK, TCP_RST, TCP_RST | TCP_ACK, 0,
	    TCP_SYN | TCP_FIN};
	uint8_t f = one_in(g, 20) ? (uint8_t)next(g) : flags[below(g, sizeof flags)];
	unsigned member = one_in(g, 4) ? below(g, MEMBERS) : 1;
	uint32_t seq = number(g), ack = number(g);
	struct spec s;

	g->w.client = one_in(g, 5) ? below(g, 200) : 7;
	g->w.port = one_in(g, 5) ? (uint16_t)next(g) : 40000;
	if (one_in(g, 2))
		s = out ? tcp_out(&g->w, member, f, seq, ack)
			: tcp_in(&g->w, f, seq, ack);
	else
		s = out ? udp_out(&g->w, member, (uint8_t)below(g, 8))
			: udp_in(&g->w, (uint8_t)below(g, 8));
	s.no_checksum = s.proto == IPPROTO_UDP && one_in(g, 5);
	s.df = !one_in(g, 3);
	return s;
}

/* What seldom is in a packet. */
static void
season(struct generator *g, struct spec *s)
{
	static const uint8_t lives[] = {0, 1, 2, 64, 255};
	static const uint8_t headers[] = {0, 43, 60, 60, 51, 59};

	if (one_in(g, 4))
		s->n = below(g, one_in(g, 3) ? 2500 : 40);
	if (one_in(g, 6))
		s->ttl = lives[below(g, sizeof lives)];
	if (one_in(g, 6) && !s->v6)
		s->options = (uint8_t)(4 * below(g, 11));
	for (uint32_t i = 0, n = s->v6 && one_in(g, 4) ? below(g, EXTENSIONS_MAX) : 0;
	     i < n; i++)
		s->extensions[i] = (struct extension){
		    headers[below(g, sizeof headers)], (uint8_t)(8 * (1 + below(g, 3)))};
	if (one_in(g, 12))
		s->proto = (uint8_t)next(g);
	if (one_in(g, 20))
		s->lie_total = (uint16_t)next(g);
	if (one_in(g, 20))
		s->lie_length = (uint16_t)below(g, 200);
	if (one_in(g, 20))
		s->lie_offset = (uint8_t)below(g, 16);
	if (one_in(g, 10))
		s->spoil = (uint16_t)next(g);
}

static void
fragment(struct generator *g, struct spec *s)
{
	static const uint16_t offsets[] = {0, 0, 8, 16, 24, 400, 1200};

	s->fragment = true;
	s->df = one_in(g, 8);
	s->id = below(g, 3);
	s->offset = offsets[below(g, sizeof offsets / sizeof offsets[0])];
	if (s->offset > s->n)
		s->offset = 0;
	s->more = !one_in(g, 3);
	s->cut = (uint16_t)(8 * below(g, 60));
}

/* An error about @quote, which lives as long as the error. */
static struct spec
error(struct generator *g, bool out, struct spec *quote)
{
	static const uint8_t v4[] = {3, 3, 11, 12, 0, 8, 5},
			     v6[] = {1, 2, 3, 4, 128, 129, 135};
	struct spec s = {.v6 = g->w.v6, .ttl = 60, .df = one_in(g, 2)}, q;

	q = plain(g, !out);
	season(g, &q);
	*quote = out ? at_member(&g->w, q, 1) : at_client(&g->w, q);
	s.proto = s.v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	s.type = s.v6 ? v6[below(g, sizeof v6)] : v4[below(g, sizeof v4)];
	s.code = (uint8_t)below(g, 5);
	s.rest = one_in(g, 2) ? 1300 : next(g);
	s.from = quote->to;
	s.to = quote->from;
	if (one_in(g, 4))
		s.from = world_client(&g->w, below(g, 250));
	s.quote = quote;
	s.quoted = one_in(g, 2) ? 1 + below(g, 100) : 0;
	return s;
}

static void
spoil(struct generator *g, uint8_t *at, size_t *n)
{
	if (one_in(g, 3)) {
		for (uint32_t i = below(g, 4) + 1; i > 0 && *n > 0; i--)
			at[below(g, (uint32_t)(one_in(g, 2) && *n > 64 ? 64 : *n))] =
			    (uint8_t)next(g);
	}
	if (one_in(g, 10))
		*n = below(g, (uint32_t)*n + 1);
}

static void
add_packet(struct generator *g)
{
	static struct packet p;
	struct spec quote, s;
	bool out = one_in(g, 2);
	uint8_t *at = g->input + g->n;
	size_t n;

	if (one_in(g, 4)) {
		s = error(g, out, &quote);
	} else {
		s = plain(g, out);
		season(g, &s);
		if (one_in(g, 4))
			fragment(g, &s);
	}
	packet_build(&s, &p);
	n = p.n - LINK_OCTETS;
	spoil(g, p.octets + LINK_OCTETS, &n);
	if (g->n + 3 + n > INPUT_MAX)
		return;
	at[0] = (uint8_t)(n >> 8);
	at[1] = (uint8_t)n;
	at[2] =
	    (uint8_t)((out ? 1 : 0) | (one_in(g, 8) ? 2 : 0) | (one_in(g, 40) ? 4 : 0));
	memcpy(at + 3, p.octets + LINK_OCTETS, n);
	g->n += 3 + n;
}

static void
make(struct generator *g)
{
	g->w.v6 = one_in(g, 2);
	g->input[0] = (uint8_t)(next(g) & ~5u) | g->w.v6;
	if (one_in(g, 50))
		g->input[0] |= 4;
	if (!one_in(g, 4))
		g->input[0] &= (uint8_t)~0x18;
	g->input[1] = (uint8_t)(below(g, 8) | (one_in(g, 3) ? next(g) & 0xf8 : 0));
	g->input[2] = (uint8_t)(below(g, 8) | (one_in(g, 3) ? next(g) & 0xf8 : 0));
	g->input[3] = one_in(g, 3) ? (uint8_t)next(g) : 4;
	g->input[4] = one_in(g, 6) ? (uint8_t)next(g) : 0;
	g->n = 5;
	for (uint32_t i = below(g, 6) + 1; i > 0; i--)
		add_packet(g);
}

static uint8_t *
input_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	void *at = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, INPUT_MAX) == 0)
		at = mmap(NULL, INPUT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	return at == MAP_FAILED ? NULL : at;
}

int
main(int argc, char **argv)
{
	static struct generator g;
	unsigned long inputs = 20000, done = 0, seed = 1;
	time_t seconds = 0, began = time(NULL);
	const char *file = "found-path";
	int c;

	while ((c = getopt(argc, argv, "n:t:s:f:")) != -1) {
		if (c == 'n')
			inputs = strtoul(optarg, NULL, 10);
		else if (c == 't')
			seconds = (time_t)strtoul(optarg, NULL, 10);
		else if (c == 's')
			seed = strtoul(optarg, NULL, 10);
		else if (c == 'f')
			file = optarg;
		else
			return 2;
	}
	LLVMFuzzerTestOneInput(NULL, 0); /* ends here where it may not */
	g.random = seed * 0x9e3779b97f4a7c15u | 1;
	g.input = input_file(file);
	if (g.input == NULL) {
		perror(file);
		return 2;
	}
	for (; seconds != 0 ? time(NULL) - began < seconds : done < inputs; done++) {
		make(&g);
		LLVMFuzzerTestOneInput(g.input, g.n);
	}
	unlink(file);
	printf("%lu inputs, seed %lu\n", done, seed);
	return 0;
}
