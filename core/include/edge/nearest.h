/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_NEAREST_H
#define EDGE_NEAREST_H

/*
 * nearest - "did you mean ...?": the known word closest to one that is not known.
 *
 * Pure and bounded: words beyond NEAREST_MAX octets have no neighbours.  Closeness is the
 * number of letters changed, added, left out or swapped with their neighbour (optimal
 * string alignment), without regard to case; a third of the word at most may be wrong.
 */
#include <stddef.h>

#define NEAREST_MAX 64

/* One of @words, or NULL when none is close.  Entries may be NULL. */
const char *nearest(const char *word, const char *const *words, size_t n);

#endif
