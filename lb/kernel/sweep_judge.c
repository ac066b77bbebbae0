/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sweep_judge - what a flow in the table is worth now.
 *
 * An end of a session is believed late, never at once: the path notes a FIN or RST only
 * near where its sender is, and one that guessed that shortens the time a flow may be
 * silent, and nothing more.
 */
#include <netinet/in.h>

#include "sweep.h"

/* What was refused answers with resets; then nobody needs the flow to know it. */
#define OUT_TICKS ((uint32_t)((60 * NS_PER_S) >> KM_TICK_BITS))

/* Behind `now` by more than half of what 32 bits hold is ahead of it: the path may have
 * read a later clock than we. */
static uint32_t
age_of(uint32_t seen, uint32_t now)
{
	uint32_t age = now - seen;

	return age > UINT32_MAX / 2 ? 0 : age;
}

static bool
takes_nothing(const struct km_endpoint *e)
{
	switch ((enum km_use)__atomic_load_n(&e->use, __ATOMIC_RELAXED)) {
	case KM_USE_OUT:
		return true;
	case KM_USE_DOWN_RESET:
		return e->proto == IPPROTO_TCP;
	case KM_USE_DOWN_KEEP:
	case KM_USE_KEEP:
	case KM_USE_NEW:
		return false;
	}
	return false;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

enum sweep_verdict
sweep_judge(const struct km_flow *f, unsigned listener, const struct km_listener *l,
    const struct km_endpoint *e, const struct km_settings *settings, uint32_t now)
{
	const uint8_t fins = KM_FIN_IN | KM_FIN_OUT;
	uint32_t age = age_of(f->seen, now), limit = l->idle;
	enum sweep_verdict end = SWEEP_IDLE;

	if (l->row == KM_ROW_FREE || e->id == 0 || e->listener != listener)
		return SWEEP_LOST;
	if (l->proto == IPPROTO_TCP && (f->flags & (fins | KM_RST)) != 0) {
		bool over = (f->flags & KM_RST) != 0 || (f->flags & fins) == fins;

		/* One half may be silent for long while the other sends: that renews
		 * the flow. */
		limit = least(limit, over ? settings->closing : settings->half_close);
		end = over ? SWEEP_ENDED : SWEEP_IDLE;
	}
	if (takes_nothing(e) && OUT_TICKS < limit) {
		limit = OUT_TICKS;
		end = SWEEP_ENDED;
	}
	return age >= limit ? end : SWEEP_STAYS;
}

int64_t
sweep_drift(uint32_t word, uint64_t met, uint64_t changes)
{
	int64_t drift = (int64_t)word - (int64_t)met, may = (int64_t)changes;

	if (drift > may)
		return drift - may;
	return drift < -may ? drift + may : 0;
}
