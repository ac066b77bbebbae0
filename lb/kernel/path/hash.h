/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_HASH_H
#define PATH_HASH_H

/* hash - keyed by settings.seed, so that nobody can choose what meets.  The step is the
 * finaliser of MurmurHash3 (Appleby, public domain). */
#include "../maps.h"

static __always_inline __u64
hash_mix(__u64 h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdull;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ull;
	h ^= h >> 33;
	return h;
}

static __always_inline __u64
hash_16(__u64 seed, const __u64 word[2])
{
	return hash_mix(hash_mix(seed ^ word[0]) ^ word[1]);
}

#endif
