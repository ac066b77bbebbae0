/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edge-health-sim - how often does packet loss alone take a member out?
 *
 *   edge-health-sim [-d DAYS] [-s SEEDS] [-l LOSS]
 *
 * 100 healthy endpoints of all kinds, each with the prober's real course of decisions
 * (health/course.c) and the default settings of the configuration's table, under loss:
 * each packet is lost with probability LOSS (0.01), in each direction, independently.
 * Prints every seed's removals, and beside the simulation what is to be expected:
 *
 *   N * q * (1 - (1 - q)^m)^(fall - 1)      of removals, summed over the kinds
 *
 *   N  probes in that time; q  a probe fails; m  probes in which a failure is remembered:
 *   forget / interval, and the confirming ones.  A removal is a failure followed by
 *   fall - 1 more, each within the memory of the one before.
 *
 * q is computed from the same model by convolution over the delays of all segments:
 *
 *   connection   SYN at 0 and 1 s, of the second socket at 500 ms; up to 1.5 s
 *   segment      sent again after 200 ms, 400, 800 ... ; the delays of all add up
 *   datagrams    0, 250, 750 ms, up to 1.5 s (turn-udp stands for all that use them)
 *
 * Always the worse where there is a choice: every handshake a full one, no SYN-ACK sent
 * again by itself, no tail loss probes, delays of segments of one flight one after the
 * other.  A connection whose SYN was repeated has a first RTO of 3 s instead of 200 ms
 * where TCP timestamps are off (RFC 6298, 5.7): the expectation for that is printed too.
 *
 * Most probes lose no packet, and a course remembers nothing of a good one: as long as
 * it remembers nothing at all, good probes are only counted, and the course is postponed
 * to the next bad one.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/arena.h>
#include <edge/base.h>
#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/id.h>

#include "../unit/course_world.h"
#include "bound.h"

#define DAY_NS        (86400 * NS_PER_S)
#define RTT_NS        (10 * NS_PER_MS)
#define RTO_NS        (200 * NS_PER_MS)
#define RTO_UNSURE_NS (3000 * NS_PER_MS)
/* Of the convolution: divides every delay of the model. */
#define GRAIN_NS (100 * NS_PER_MS)
#define GRAINS   64

struct kind {
	const char *name;
	enum probe probe;
	unsigned endpoints;
	unsigned segments; /* after the connection, both ways together */
	unsigned rounds;   /* of them */
};

static const struct kind kinds[] = {
    {"tcp", PROBE_TCP, 6, 0, 0},
    {"tls", PROBE_TLS, 10, 6, 2},
    {"sip", PROBE_SIP, 20, 8, 3},
    {"mtls", PROBE_MTLS, 20, 9, 3},
    {"psom", PROBE_PSOM, 10, 6, 2},
    {"xmpp", PROBE_XMPP, 8, 2, 1},
    {"turn-tcp", PROBE_TURN_TCP, 12, 4, 2},
    {"turn-udp", PROBE_TURN_UDP, 14, 0, 0},
};

/* --- the network ---------------------------------------------------------------------
 */

/* Packets are delivered or lost one after the other, whosever they are: the next loss is
 * drawn in advance, so that a probe without one costs a comparison. */
struct network {
	uint64_t random;
	double loss;
	uint64_t until_loss; /* packets delivered before it */
};

static double
draw(struct network *n)
{
	uint64_t x = n->random += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return ((double)((x ^ x >> 31) >> 11) + 0.5) / (double)(UINT64_C(1) << 53);
}

static void
plan_loss(struct network *n)
{
	n->until_loss = (uint64_t)(log(draw(n)) / log1p(-n->loss));
}

static bool
arrives(struct network *n)
{
	if (n->until_loss > 0) {
		n->until_loss--;
		return true;
	}
	plan_loss(n);
	return false;
}

static bool
there_and_back(struct network *n)
{
	return arrives(n) && arrives(n);
}

static const int64_t datagrams_ns[] = {0, 250 * NS_PER_MS, 750 * NS_PER_MS};
static const int64_t syns_ns[] = {0, 500 * NS_PER_MS, 1000 * NS_PER_MS};

/* When the first of @at that is answered is sent; INT64_MAX: none is. */
static int64_t
first_answered(struct network *n, const int64_t *at, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (there_and_back(n))
			return at[i];
	return INT64_MAX;
}

/* What a segment is late by. */
static int64_t
segment_delay(struct network *n)
{
	int64_t delay = 0;

	for (int64_t rto = RTO_NS; !arrives(n); rto *= 2)
		delay += rto;
	return delay;
}

/* How long a probe takes; INT64_MAX: it fails by its connection. */
static int64_t
probe_takes(struct network *n, const struct kind *k)
{
	bool udp = k->probe == PROBE_TURN_UDP;
	int64_t at = first_answered(n, udp ? datagrams_ns : syns_ns, countof(syns_ns));

	if (at == INT64_MAX)
		return at;
	at += RTT_NS;
	for (unsigned i = 0; i < k->segments; i++)
		at += segment_delay(n);
	return at + k->rounds * RTT_NS;
}

static struct world_answer
probe_answer(struct network *n, const struct kind *k, const struct health_conf *conf)
{
	int64_t takes = probe_takes(n, k);

	if (takes == INT64_MAX)
		return (struct world_answer){
		    conf->connect_timeout_ns, false, REASON_CONNECT_TIMEOUT};
	if (takes > conf->timeout_ns)
		return (struct world_answer){
		    conf->timeout_ns, false, REASON_ANSWER_TIMEOUT};
	return (struct world_answer){takes, true, REASON_OK};
}

/* --- what is to be expected -----------------------------------------------------------
 */

/* @of[i]: probability of a delay of i grains, or of more for the last one. */
struct delays {
	double of[GRAINS];
};

static struct delays
sum_of(const struct delays *a, const struct delays *b)
{
	struct delays sum = {{0}};

	for (size_t i = 0; i < GRAINS; i++)
		for (size_t j = 0; j < GRAINS; j++)
			sum.of[i + j < GRAINS ? i + j : GRAINS - 1] +=
			    a->of[i] * b->of[j];
	return sum;
}

static struct delays
of_segments(unsigned segments, double loss, int64_t first_rto)
{
	struct delays one = {{0}}, all = {{1.0}};
	double p = 1;
	int64_t delay = 0;

	for (int64_t rto = first_rto; delay / GRAIN_NS < GRAINS - 1; rto *= 2) {
		one.of[delay / GRAIN_NS] = p * (1 - loss);
		p *= loss;
		delay += rto;
	}
	one.of[GRAINS - 1] += p;
	for (unsigned i = 0; i < segments; i++)
		all = sum_of(&all, &one);
	return all;
}

static double
later_than(const struct delays *d, int64_t ns)
{
	double p = 0;

	for (int64_t i = 0; i < GRAINS; i++)
		if (i * GRAIN_NS > ns || i == GRAINS - 1)
			p += d->of[i];
	return p;
}

/* q: a probe fails. */
static double
failure(const struct kind *k, const struct health_conf *conf, double loss,
    int64_t first_rto_after_repeated_syn)
{
	double unanswered = 1 - (1 - loss) * (1 - loss), reached = 1, q = 0;

	for (size_t i = 0; i < countof(syns_ns); i++) {
		bool repeated = i == 2;
		struct delays d = of_segments(
		    k->segments, loss, repeated ? first_rto_after_repeated_syn : RTO_NS);
		int64_t left = conf->timeout_ns - syns_ns[i] - (1 + k->rounds) * RTT_NS;

		if (k->segments > 0)
			q += reached * (1 - unanswered) * later_than(&d, left);
		reached *= unanswered;
	}
	return q + reached;
}

static double
expected_removals(
    const struct health_conf *conf, double loss, int64_t days, int64_t unsure_rto)
{
	double sum = 0;

	for (size_t i = 0; i < countof(kinds); i++) {
		double q = failure(&kinds[i], conf, loss, unsure_rto);
		double n = (double)kinds[i].endpoints * (double)(days * DAY_NS) /
			   (double)conf->interval_ns;
		double m =
		    (double)conf->forget_ns / (double)conf->interval_ns + conf->fall;

		sum += n * q * pow(-expm1(m * log1p(-q)), conf->fall - 1);
	}
	return sum;
}

/* --- the simulation -------------------------------------------------------------------
 */

struct counts {
	uint64_t probes, failures, removals;
};

struct life {
	const struct kind *kind;
	struct network *network;
	struct counts *counts;
	struct world_answer next; /* of the probe that was drawn already */
	bool drawn;
};

static struct world_answer
member_answers(struct world *w, int64_t now)
{
	struct life *l = w->owner;

	(void)now;
	if (!l->drawn)
		l->next = probe_answer(l->network, l->kind, w->course.conf);
	l->drawn = false;
	l->counts->probes++;
	l->counts->failures += !l->next.ok;
	return l->next;
}

static void
note_removal(struct world *w, enum rise_fall_change change)
{
	struct life *l = w->owner;

	l->counts->removals += change == RISE_FALL_DOWN;
}

/* It is up, and nothing that it remembers differs from yesterday. */
static bool
at_rest(const struct course *c)
{
	return c->history.health == HEALTH_UP && c->in_flight == 0 &&
	       c->history.tally == 0 && c->history.run_ok && !c->changed;
}

/* Counts good probes until a bad one is drawn, or @end comes, and lets that much time
 * pass. */
static void
rest(struct world *w, struct life *l, int64_t end)
{
	const struct health_conf *conf = w->course.conf;
	uint64_t most = (uint64_t)((end - w->now) / conf->interval_ns) + 1, good = 0;
	unsigned whole = l->kind->segments + 2;

	while (good < most) {
		uint64_t lossless = l->network->until_loss / whole;

		l->network->until_loss -= lossless * whole;
		good += lossless;
		l->next = probe_answer(l->network, l->kind, conf);
		if (!l->next.ok)
			break;
		good++;
	}
	l->drawn = good < most;
	l->counts->probes += good < most ? good : most;
	course_postpone(&w->course,
	    w->course.due + (int64_t)(good < most ? good : most) * conf->interval_ns);
}

static void
live(const struct kind *k, const struct health_conf *conf, uint64_t id, int64_t end,
    struct network *network, struct counts *counts)
{
	struct life l = {.kind = k, .network = network, .counts = counts};
	struct world w = {.owner = &l, .member = member_answers, .counted = note_removal};

	course_init(&w.course, id, conf);
	course_start(&w.course, 0);
	while (w.now < end) {
		unsigned slot;

		if (at_rest(&w.course))
			rest(&w, &l, end);
		world_live(&w, world_next(&w, &slot) + 1);
	}
}

static void
simulate(const struct health_conf *conf, uint64_t seed, int64_t days, double loss,
    struct counts *counts)
{
	uint64_t id = seed * 1000;
	struct network network = {.random = id_hash(&seed, sizeof seed), .loss = loss};

	plan_loss(&network);
	for (size_t i = 0; i < countof(kinds); i++)
		for (unsigned e = 0; e < kinds[i].endpoints; e++) {
			id++;
			live(&kinds[i], conf, id_hash(&id, sizeof id), days * DAY_NS,
			    &network, &counts[i]);
		}
}

/* --- what is said ---------------------------------------------------------------------
 */

static uint64_t
removals_of(const struct counts *counts)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < countof(kinds); i++)
		sum += counts[i].removals;
	return sum;
}

static void
print_kinds(const struct counts *counts, const struct health_conf *conf, double loss)
{
	for (size_t i = 0; i < countof(kinds); i++)
		printf("# %-8s endpoints=%u probes=%llu failed=%llu share=%.3g "
		       "computed=%.3g\n",
		    kinds[i].name, kinds[i].endpoints,
		    (unsigned long long)counts[i].probes,
		    (unsigned long long)counts[i].failures,
		    (double)counts[i].failures / (double)counts[i].probes,
		    failure(&kinds[i], conf, loss, RTO_NS));
}

static bool
read_options(int argc, char **argv, int64_t *days, uint64_t *seeds, double *loss)
{
	for (int c; (c = getopt(argc, argv, "d:s:l:")) != -1;)
		switch (c) {
		case 'd':
			*days = strtol(optarg, NULL, 10);
			break;
		case 's':
			*seeds = strtoul(optarg, NULL, 10);
			break;
		case 'l':
			*loss = strtod(optarg, NULL);
			break;
		default:
			return false;
		}
	return optind == argc && *days >= 1 && *seeds >= 1 && *loss > 0 && *loss < 0.5;
}

int
main(int argc, char **argv)
{
	struct counts all[countof(kinds)] = {{0}};
	struct health_conf conf = {0};
	struct arena *arena = arena_new((size_t)64 * 1024);
	uint64_t seeds = 20;
	int64_t days = 30;
	double loss = 0.01;

	if (!read_options(argc, argv, &days, &seeds, &loss)) {
		fprintf(stderr, "usage: %s [-d DAYS] [-s SEEDS] [-l LOSS]\n", argv[0]);
		arena_free(&arena);
		return 2;
	}
	if (arena == NULL)
		return 1;
	conf_health_defaults(arena, &conf);
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		uint64_t before = removals_of(all);

		simulate(&conf, seed, days, loss, all);
		printf("# seed %llu: %llu removals\n", (unsigned long long)seed,
		    (unsigned long long)(removals_of(all) - before));
	}
	print_kinds(all, &conf, loss);
	printf("health.false_removals_30d=%.3g\n",
	    (double)removals_of(all) / (double)seeds * 30 / (double)days);
	printf("health.false_removals_30d.expected=%.3g\n",
	    expected_removals(&conf, loss, 30, RTO_NS));
	printf("health.false_removals_30d.expected_without_timestamps=%.3g\n",
	    expected_removals(&conf, loss, 30, RTO_UNSURE_NS));
	arena_free(&arena);
	return 0;
}
