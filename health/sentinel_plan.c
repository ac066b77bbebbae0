/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sentinel_plan - lifetimes and patience.  No socket, no loop, no clock.
 *
 * Why a lifetime is doubted at all: one that was learned from two restarts in a row would
 * otherwise have connections renewed for ever that nobody would have closed.  Why it is
 * doubted ever more seldom: between the moment it may end and the end nothing is noticed.
 */
#include "sentinel_plan.h"

#include <assert.h>

/* Idle times are kept by sweeps, too: an end so much earlier or later is the same one. */
#define PLAN_SHARE    8
#define PLAN_SLACK_NS (100 * NS_PER_MS)

#define TRUST_FIRST 8
#define TRUST_MOST  256

void
sentinel_plan_init(struct sentinel_plan *p)
{
	*p = (struct sentinel_plan){.phase = SENTINEL_AWAITING, .due = INT64_MAX};
}

void
sentinel_plan_inherit(struct sentinel_plan *p, const struct sentinel_plan *from)
{
	sentinel_plan_init(p);
	p->life = from->life;
	p->hint = from->hint;
	p->vain = from->vain;
	p->renewed = from->renewed;
	p->trust = from->trust;
}

/* A share of @ns between 3/4 and 5/4, so that what ended together does not come back
 * together. */
static int64_t
spread(int64_t ns, uint32_t dice)
{
	return ns - ns / 4 + (int64_t)((double)dice / UINT32_MAX * (double)(ns / 2));
}

static void
rest(struct sentinel_plan *p, int64_t now, int64_t ns, uint32_t dice)
{
	p->phase = SENTINEL_RESTING;
	p->due = now + spread(ns, dice);
}

static void
await(struct sentinel_plan *p)
{
	p->phase = SENTINEL_AWAITING;
	p->due = INT64_MAX;
	p->trying = false;
}

static int64_t
patience(const struct sentinel_plan *p)
{
	int64_t ns = p->vain == 0 ? PLAN_LEAST_NS / 2 : PLAN_LEAST_NS;

	for (unsigned i = 1; i < p->vain && ns < PLAN_MOST_NS; i++)
		ns *= 2;
	return ns < PLAN_MOST_NS ? ns : PLAN_MOST_NS;
}

static int64_t
tolerance(int64_t life)
{
	return life / PLAN_SHARE + PLAN_SLACK_NS;
}

static bool
alike(int64_t a, int64_t b)
{
	return a - b <= tolerance(b) && b - a <= tolerance(b);
}

static void
learn(struct sentinel_plan *p)
{
	if (p->hint == 0 || !alike(p->age, p->hint)) {
		p->hint = p->age;
		return;
	}
	p->life = p->age < p->hint ? p->age : p->hint;
	p->hint = 0;
	p->renewed = 0;
	p->trust = TRUST_FIRST;
}

void
sentinel_plan_probed(
    struct sentinel_plan *p, int64_t started, int64_t now, bool good, uint32_t dice)
{
	if (!good) {
		/* Whatever ended, ended for a reason. */
		p->alarmed = 0;
		p->age = 0;
		if (p->phase == SENTINEL_RESTING)
			await(p);
		return;
	}
	if (p->phase != SENTINEL_AWAITING)
		return;
	if (p->alarmed != 0) {
		if (started < p->alarmed)
			return; /* it may have looked before it happened */
		p->alarmed = 0;
		p->vain++;
		if (p->age != 0)
			learn(p);
		p->age = 0;
	}
	rest(p, now, p->life != 0 && p->life < PLAN_SHORT_NS ? PLAN_MOST_NS : patience(p),
	    dice);
}

void
sentinel_plan_down(struct sentinel_plan *p)
{
	await(p);
	p->alarmed = 0;
	p->age = 0;
}

bool
sentinel_plan_due(struct sentinel_plan *p)
{
	assert(p->phase == SENTINEL_RESTING || p->phase == SENTINEL_HELD);
	if (p->phase == SENTINEL_HELD && p->trying) {
		/* It outlived the lifetime: there is none. */
		p->life = 0;
		p->vain = 0;
		p->trying = false;
		p->due = INT64_MAX;
		return false;
	}
	if (p->phase == SENTINEL_HELD) {
		p->renewed++;
		p->vain = 0;
	}
	p->phase = SENTINEL_OPENING;
	p->due = INT64_MAX;
	return true;
}

void
sentinel_plan_opened(struct sentinel_plan *p, int64_t now)
{
	assert(p->phase == SENTINEL_OPENING);
	p->phase = SENTINEL_HELD;
	p->opened = now;
	p->trying = p->life != 0 && (p->life < PLAN_SHORT_NS || p->renewed >= p->trust);
	if (p->life == 0)
		p->due = INT64_MAX;
	else if (p->trying)
		p->due = now + p->life + tolerance(p->life);
	else
		p->due = now + p->life - tolerance(p->life);
}

bool
sentinel_plan_failed(struct sentinel_plan *p, int64_t now, bool our_fault, uint32_t dice)
{
	assert(p->phase == SENTINEL_OPENING);
	if (our_fault) {
		p->vain++;
		rest(p, now, patience(p), dice);
		return false;
	}
	await(p);
	p->alarmed = now;
	return true;
}

/* Where it was expected to.  Says again that the lifetime holds. */
static void
confirm(struct sentinel_plan *p, int64_t now, int64_t age, uint32_t dice)
{
	p->life = age;
	p->renewed = 0;
	p->trust = p->trust < TRUST_MOST ? 2 * p->trust : TRUST_MOST;
	p->trying = false;
	p->vain = 0;
	rest(p, now, age < PLAN_SHORT_NS ? PLAN_MOST_NS : PLAN_LEAST_NS, dice);
}

bool
sentinel_plan_ended(struct sentinel_plan *p, int64_t now, uint32_t dice)
{
	int64_t age = now - p->opened;

	assert(p->phase == SENTINEL_HELD);
	if (age >= PLAN_MOST_NS)
		p->vain = 0;
	if (p->life != 0 && age >= p->life - tolerance(p->life)) {
		confirm(p, now, age, dice);
		return false;
	}
	await(p);
	p->alarmed = now;
	p->age = age > 0 ? age : 1;
	return true;
}

void
sentinel_plan_yield(struct sentinel_plan *p, int64_t now, uint32_t dice)
{
	await(p);
	rest(p, now, PLAN_MOST_NS, dice);
}
