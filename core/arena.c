/* SPDX-License-Identifier: BSD-2-Clause */
#include <edge/arena.h>

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK 16384

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) char memory[];
};

struct arena {
	struct arena_block *blocks;
	size_t total, maximum;
};

struct arena *
arena_new(size_t maximum)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a != NULL)
		a->maximum = maximum;
	return a;
}

void
arena_free(struct arena **pa)
{
	struct arena *a = *pa;

	*pa = NULL;
	if (a == NULL)
		return;
	while (a->blocks != NULL) {
		struct arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	free(a);
}

static struct arena_block *
arena_grow(struct arena *a, size_t size)
{
	size_t block_size = size > ARENA_BLOCK ? size : ARENA_BLOCK;
	struct arena_block *b;

	if (block_size > a->maximum - a->total)
		return NULL;
	b = calloc(1, sizeof *b + block_size);
	if (b == NULL)
		return NULL;
	b->size = block_size;
	b->next = a->blocks;
	a->blocks = b;
	a->total += block_size;
	return b;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	const size_t step = alignof(max_align_t);
	struct arena_block *b = a->blocks;
	void *p;

	if (size > a->maximum)
		return NULL;
	size = (size + step - 1) / step * step;
	if (b == NULL || b->size - b->used < size)
		b = arena_grow(a, size);
	if (b == NULL)
		return NULL;
	p = b->memory + b->used;
	b->used += size;
	return p;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		return NULL;
	return arena_alloc(a, n * size);
}

char *
arena_strdup(struct arena *a, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = arena_alloc(a, n);

	return copy == NULL ? NULL : memcpy(copy, text, n);
}
