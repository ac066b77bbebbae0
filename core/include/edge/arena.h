/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_ARENA_H
#define EDGE_ARENA_H

/*
 * arena - memory that is given back all at once: one arena per model.
 *
 * Allocations are zeroed and aligned for any object, and live until arena_free().
 * NULL means no memory, or that the arena's maximum was reached.
 */
#include <stddef.h>

struct arena;

struct arena *arena_new(size_t maximum);
void arena_free(struct arena **pa);
void *arena_alloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *text);

#endif
