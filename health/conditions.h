/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_CONDITIONS_H
#define EDGE_HEALTH_CONDITIONS_H

/*
 * conditions - raising and clearing what is reported beside the states.
 *
 *   conditions_set(w, t, CONDITION_FLAPPING, flapping, NULL);
 *
 * The board is the memory: what a row says stands until somebody who has looked says
 * otherwise, over a reload and a restart too, and saying the same again says nothing.  So
 * whoever owns a condition calls this after each look, and stays silent while he has not
 * looked.  A condition whose cause cannot come any more (a switch turned off) must be
 * cleared by its owner.
 */
#include <edge/condition.h>
#include <edge/sbuf.h>

struct pool_watch;
struct target;

/* How many lines may be said: a burst, then one a second.  Changes beyond it reach the
 * board all the same, and the next line says how many went without. */
struct condition_pace {
	int64_t saved_ns, at_ns; /* at_ns 0: never asked */
	uint64_t unsaid;
};

#define CONDITION_BURST 200

/* Whether a line may be said at @now; counts one that may not. */
bool condition_pace_allows(struct condition_pace *p, int64_t now);

/* Of an endpoint, a member (by index) and the pool itself.  @what is the text of the line
 * instead of the table's, or NULL. */
void conditions_set(struct pool_watch *w, const struct target *t, enum condition c,
    bool holds, const char *what);
void conditions_set_member(struct pool_watch *w, unsigned member, enum condition c,
    bool holds, const char *what);
void
conditions_set_pool(struct pool_watch *w, enum condition c, bool holds, const char *what);

/* Whether it is raised now. */
bool conditions_get(const struct pool_watch *w, const struct target *t, enum condition c);

/* " conditions=old-tls,flapping" of a row; nothing when there is none. */
void conditions_write(const struct pool_watch *w, size_t row, struct sbuf *to);

/* Nobody looks at this endpoint any more: whatever was raised is cleared. */
void conditions_forget(struct pool_watch *w, const struct target *t);

#endif
