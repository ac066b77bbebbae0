/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state - the truth table of health and admin, and the state word.  Pure.
 */
#include <edge/state.h>

#include <edge/base.h>

WORDS_DEFINE(health, HEALTHS, HEALTH_WORDS);
WORDS_DEFINE(admin, ADMINS, ADMIN_WORDS);
WORDS_DEFINE(use, USES, USE_WORDS);

struct reason_row {
	const char *word, *text;
	enum reason_detail detail;
};

static const struct reason_row reason_rows[] = {
#define REASON(id, code, word, detail, text)                                             \
	[code] = {word, text, REASON_DETAIL_##detail},
#include <edge/tbl/reasons.h>
};

_Static_assert(REASONS == countof(reason_rows), "reason codes are dense");

static const struct reason_row *
reason_row(enum reason r)
{
	static const struct reason_row unknown = {"?", "?", REASON_DETAIL_NONE};

	return (unsigned)r < countof(reason_rows) ? &reason_rows[r] : &unknown;
}

const char *
reason_word(enum reason r)
{
	return reason_row(r)->word;
}

const char *
reason_text(enum reason r)
{
	return reason_row(r)->text;
}

enum reason_detail
reason_detail_kind(enum reason r)
{
	return reason_row(r)->detail;
}

uint64_t
state_pack(const struct state *s)
{
	return (uint64_t)(s->health & 0xf) | (uint64_t)(s->admin & 0xf) << 4 |
	       (uint64_t)(s->reason & 0xff) << 8 | (uint64_t)s->flags << 16 |
	       (uint64_t)s->flips << 24 | (uint64_t)s->since_s << 32;
}

struct state
state_unpack(uint64_t word)
{
	struct state s = {
	    .health = (enum health)(word & 0xf),
	    .admin = (enum admin)(word >> 4 & 0xf),
	    .reason = (enum reason)(word >> 8 & 0xff),
	    .flags = (uint8_t)(word >> 16),
	    .flips = (uint8_t)(word >> 24),
	    .since_s = (uint32_t)(word >> 32),
	};

	if ((unsigned)s.health >= HEALTHS)
		s.health = HEALTH_UNKNOWN;
	if ((unsigned)s.admin >= ADMINS)
		s.admin = ADMIN_DISABLED;
	if ((unsigned)s.reason >= REASONS)
		s.reason = REASON_NONE;
	return s;
}

/* What the health axis alone allows. */
static enum use
health_use(const struct state *s)
{
	switch (s->health) {
	case HEALTH_UNKNOWN:
		if (s->flags & (STATE_ASSUMED | STATE_PANIC))
			return s->flags & STATE_MEMBER_OUT && !(s->flags & STATE_PANIC)
				   ? USE_NONE
				   : USE_NEW;
		return USE_EXISTING;
	case HEALTH_UP:
		return s->flags & STATE_MEMBER_OUT && !(s->flags & STATE_PANIC) ? USE_NONE
										: USE_NEW;
	case HEALTH_DOWN:
		if (s->flags & (STATE_PANIC | STATE_HELD))
			return USE_NEW;
		return s->reason == REASON_REFUSING ? USE_EXISTING : USE_NONE;
	case HEALTHS:
		break;
	}
	return USE_NONE;
}

enum use
state_use(const struct state *s)
{
	enum use use = health_use(s);

	switch (s->admin) {
	case ADMIN_ENABLED:
		return use;
	case ADMIN_DRAINING:
		return use == USE_NONE ? USE_NONE : USE_EXISTING;
	case ADMIN_DISABLED:
	case ADMINS:
		break;
	}
	return USE_NONE;
}

const char *
state_summary(const struct state *s)
{
	if (s->admin != ADMIN_ENABLED)
		return admin_word(s->admin);
	if (s->flags & STATE_PANIC)
		return "panic";
	if (s->flags & STATE_MEMBER_OUT)
		return "member down";
	if (s->health == HEALTH_DOWN && s->flags & STATE_HELD)
		return "held";
	if (s->health == HEALTH_DOWN && s->reason == REASON_REFUSING)
		return "refusing";
	return health_word(s->health);
}

unsigned
slow_start_share(int64_t age_ns, int64_t duration_ns)
{
	const unsigned floor = 100; /* 10 %: enough that least sessions still sees it */

	if (duration_ns <= 0 || age_ns >= duration_ns)
		return 1000;
	if (age_ns < 0)
		return floor;
	return floor + (unsigned)((double)age_ns / (double)duration_ns * (1000 - floor));
}
