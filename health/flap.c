/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flap - score and hold-down.
 */
#include "flap.h"

#define START_SCORE 0.20
#define STOP_SCORE  0.05
/* Of the hold-down, either way. */
#define SPREAD 0.2
/* Enough for any flap_hold_max: more would only overflow. */
#define HOLDS_MAX 24

void
flap_init(struct flap *f)
{
	*f = (struct flap){.held_until = INT64_MIN};
}

double
flap_score(const struct flap *f)
{
	double sum = 0;

	/* Bits age and age + 1 are the results before and after one possible change. */
	for (unsigned age = 0; age + 1 < f->n; age++)
		if ((f->results >> age ^ f->results >> (age + 1)) & 1)
			sum += 1.2 - 0.4 * age / (FLAP_RESULTS - 2);
	return sum / (FLAP_RESULTS - 1);
}

bool
flap_holds(const struct flap *f, int64_t now)
{
	return now < f->held_until;
}

int64_t
flap_longest_ns(const struct health_conf *conf)
{
	return (int64_t)((double)conf->flap_hold_max_ns * (1 + SPREAD));
}

void
flap_limit(struct flap *f, const struct health_conf *conf, int64_t now)
{
	int64_t most = now + flap_longest_ns(conf);

	if (f->held_until > most)
		f->held_until = most;
}

static void
remember(struct flap *f, bool up)
{
	f->results = (f->results << 1 | up) & ((1u << FLAP_RESULTS) - 1);
	f->n += f->n < FLAP_RESULTS;
	if (flap_score(f) >= START_SCORE)
		f->flapping = true;
	else if (flap_score(f) < STOP_SCORE)
		f->flapping = false;
}

/* 0.8 .. 1.2 times the hold-down that is due. */
static int64_t
hold_ns(const struct flap *f, const struct health_conf *conf, double draw)
{
	int64_t ns = conf->flap_hold_ns;

	for (unsigned i = 1; i < f->holds && ns < conf->flap_hold_max_ns; i++)
		ns *= 2;
	if (ns > conf->flap_hold_max_ns)
		ns = conf->flap_hold_max_ns;
	return (int64_t)((double)ns * (1 - SPREAD + 2 * SPREAD * draw));
}

void
flap_feed(struct flap *f, enum health health, bool changed,
    const struct health_conf *conf, double draw, int64_t now)
{
	bool up = health == HEALTH_UP;

	if (!conf->flap_damping) {
		flap_init(f);
		return;
	}
	if (health == HEALTH_UNKNOWN || flap_holds(f, now))
		return;
	remember(f, up);
	if (up && changed)
		f->up_since = now;
	if (up && now - f->up_since >= conf->flap_hold_max_ns)
		f->holds = 0;
	if (up || !changed || !f->flapping)
		return;
	f->holds += f->holds < HOLDS_MAX;
	f->held_until = now + hold_ns(f, conf, draw);
}

/*  0..20 results, 21..25 how many, 26 flapping, 32..39 hold-downs */
uint64_t
flap_pack(const struct flap *f)
{
	return (uint64_t)f->results | (uint64_t)f->n << FLAP_RESULTS |
	       (uint64_t)f->flapping << 26 | (uint64_t)f->holds << 32;
}

void
flap_unpack(struct flap *f, uint64_t word, int64_t held_until, int64_t now)
{
	unsigned n = (unsigned)(word >> FLAP_RESULTS & 0x1f);
	unsigned holds = (unsigned)(word >> 32 & 0xff);

	*f = (struct flap){.results = word & ((1u << FLAP_RESULTS) - 1),
	    .n = n < FLAP_RESULTS ? n : FLAP_RESULTS,
	    .flapping = word >> 26 & 1,
	    .holds = holds < HOLDS_MAX ? holds : HOLDS_MAX,
	    .held_until = held_until,
	    .up_since = now};
}
