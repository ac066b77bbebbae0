/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_MIX_H
#define LB_MIX_H

/*
 * mix - a short hash for tables that clients fill: keyed with a secret of the process,
 * so that nobody can choose addresses which meet in one slot.  (What must be the same in
 * every process, as the choice of a member by source, uses id_hash().)
 *
 * The step is the finaliser of MurmurHash3 (Appleby, public domain).
 */
#include <stdint.h>
#include <string.h>

#include <edge/addr.h>

static inline uint64_t
mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	h ^= h >> 33;
	return h;
}

static inline uint64_t
mix_addr(uint64_t secret, const struct addr *a)
{
	uint64_t w[2];

	memcpy(w, a->bytes, sizeof w);
	return mix(mix(mix(secret ^ a->family) ^ w[0]) ^ w[1]);
}

#endif
