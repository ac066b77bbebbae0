/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_CONDITION_H
#define EDGE_CONDITION_H

/*
 * condition - what is reported of a pool, member or endpoint that is not its state.
 *
 * A state decides who gets sessions; a condition decides nothing and only wants to be
 * known: a certificate that ends soon, a member that differs from the others.  A row of
 * health.board has all of its own in one word, a bit each; edge-health writes it,
 * everybody names it with what stands here.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/words.h>

/* Codes cross the border of the process (MIB): append only. */
#define SEVERITY_WORDS(X)                                                                \
	X(SEVERITY_NOTE, "note")                                                         \
	X(SEVERITY_WARNING, "warning")                                                   \
	X(SEVERITY_MAJOR, "major")
WORDS_DECLARE(severity, SEVERITIES, SEVERITY_WORDS);

enum condition {
#define CONDITION(id, bit, word, severity, text) CONDITION_##id = (bit),
#include <edge/tbl/conditions.h>
	CONDITIONS
};

const char *condition_word(enum condition c); /* "cert-expired"; "?" out of range */
const char *condition_text(enum condition c); /* "the certificate has ended" */
enum severity condition_severity(enum condition c);

/* The bit of @c in a row's word, and whether it is there. */
uint64_t condition_bit(enum condition c);
bool condition_is_in(uint64_t word, enum condition c);

#endif
