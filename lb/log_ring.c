/* SPDX-License-Identifier: BSD-2-Clause */
#include "log_ring.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Both count up for ever; each is written by one thread.  Apart, so that the two do not
 * take one cache line from each other. */
struct log_ring {
	_Alignas(64) atomic_uint_least64_t pushed;
	_Alignas(64) atomic_uint_least64_t dropped;
	_Alignas(64) struct log_record at[LOG_RING_SIZE];
};

_Static_assert((LOG_RING_SIZE & (LOG_RING_SIZE - 1)) == 0, "indices are masked");

struct log_ring *
log_ring_new(void)
{
	struct log_ring *r = aligned_alloc(64, sizeof *r);

	if (r == NULL)
		return NULL;
	/* Not the records: their pages come when they are used. */
	atomic_init(&r->pushed, 0);
	atomic_init(&r->dropped, 0);
	return r;
}

void
log_ring_free(struct log_ring **pr)
{
	free(*pr);
	*pr = NULL;
}

bool
log_ring_push(struct log_ring *r, const struct log_record *record)
{
	uint64_t at = atomic_load_explicit(&r->pushed, memory_order_relaxed);

	if (at - atomic_load_explicit(&r->dropped, memory_order_acquire) >= LOG_RING_SIZE)
		return false;
	r->at[at & (LOG_RING_SIZE - 1)] = *record;
	atomic_store_explicit(&r->pushed, at + 1, memory_order_release);
	return true;
}

const struct log_record *
log_ring_at(const struct log_ring *r, size_t i)
{
	uint64_t at = atomic_load_explicit(&r->dropped, memory_order_relaxed) + i;

	if (at >= atomic_load_explicit(&r->pushed, memory_order_acquire))
		return NULL;
	return &r->at[at & (LOG_RING_SIZE - 1)];
}

void
log_ring_drop(struct log_ring *r, size_t n)
{
	assert(n <= log_ring_waiting(r));
	atomic_store_explicit(&r->dropped,
	    atomic_load_explicit(&r->dropped, memory_order_relaxed) + n,
	    memory_order_release);
}

size_t
log_ring_waiting(const struct log_ring *r)
{
	/* This order: the other way round the difference could be below none. */
	uint64_t dropped = atomic_load_explicit(&r->dropped, memory_order_acquire);

	return (size_t)(atomic_load_explicit(&r->pushed, memory_order_acquire) - dropped);
}
