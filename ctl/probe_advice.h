/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_PROBE_ADVICE_H
#define CTL_PROBE_ADVICE_H

/*
 * probe_advice - what an outcome means to who asked: a verdict, what is known about such
 * answers, and what edge-health would make of it.  Pure text.
 */
#include "probe_aim.h"

#define ADVICE_HINTS_MAX 6
#define ADVICE_TEXT_MAX  320

enum advice_grade { ADVICE_GOOD, ADVICE_BAD, ADVICE_NOT_KNOWN };

struct advice {
	enum advice_grade grade;
	char why[ADVICE_TEXT_MAX]; /* "the TLS handshake timed out" */
	char hints[ADVICE_HINTS_MAX][ADVICE_TEXT_MAX];
	size_t n_hints;
	char state[ADVICE_TEXT_MAX]; /* what it would do to the endpoint's state */
};

const char *advice_grade_word(enum advice_grade g); /* "good", "bad", "not known" */
/* @seen: known is false when no certificate was shown. */
void advice_give(const struct probe_aim *aim, const struct outcome *o,
    const struct certificate *seen, int64_t wall_s, struct advice *ret);

#endif
