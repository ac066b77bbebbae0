/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer - see steer.h.
 *
 * The hash is one multiplication and one fold per 32 bits of address: all that classic
 * BPF needs is there, and any bit of the address reaches the low bits of the result.
 */
#include "steer.h"

#include <assert.h>
#include <string.h>

#define STEER_FACTOR UINT32_C(0x9e3779b1) /* 2^32 / golden ratio, odd */
#define STEER_FOLD   15

/* Where the source address stands in the network header. */
#define STEER_OFFSET_V4 12
#define STEER_OFFSET_V6 8

static unsigned
steer_words(enum family family)
{
	return family == FAMILY_V4 ? 1 : 4;
}

/* The mask of 32-bit word @i, in host order. */
static uint32_t
steer_word_mask(unsigned bits, unsigned i)
{
	if (bits >= 32 * (i + 1))
		return UINT32_MAX;
	if (bits <= 32 * i)
		return 0;
	return ~(UINT32_MAX >> (bits - 32 * i));
}

static uint32_t
steer_word(const struct addr *a, unsigned i)
{
	const uint8_t *b = a->bytes + (size_t)4 * i;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

struct addr
steer_cut(const struct addr *source, const struct steer_mask *mask)
{
	enum family family = addr_family(source);
	struct addr cut = {.family = source->family};

	for (unsigned i = 0; i < steer_words(family); i++) {
		uint32_t w =
		    steer_word(source, i) & steer_word_mask(mask->bits[family], i);

		for (unsigned k = 0; k < 4; k++)
			cut.bytes[4 * i + k] = (uint8_t)(w >> (24 - 8 * k));
	}
	return cut;
}

unsigned
steer_worker(const struct addr *source, const struct steer_mask *mask, unsigned workers)
{
	enum family family = addr_family(source);
	uint32_t h = 0;

	for (unsigned i = 0; i < steer_words(family); i++) {
		h ^= steer_word(source, i) & steer_word_mask(mask->bits[family], i);
		h *= STEER_FACTOR;
		h ^= h >> STEER_FOLD;
	}
	return h % workers;
}

unsigned short
steer_program(enum family family, const struct steer_mask *mask, unsigned workers,
    struct sock_filter ret[STEER_PROGRAM_MAX])
{
	uint32_t offset = (uint32_t)SKF_NET_OFF +
			  (family == FAMILY_V4 ? STEER_OFFSET_V4 : STEER_OFFSET_V6);
	unsigned n = 0;

	/* M[0] is h; A and X are scratch. */
	ret[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 0);
	ret[n++] = (struct sock_filter)BPF_STMT(BPF_ST, 0);
	for (unsigned i = 0; i < steer_words(family); i++) {
		const struct sock_filter round[] = {
		    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset + 4 * i),
		    BPF_STMT(BPF_ALU | BPF_AND | BPF_K,
			steer_word_mask(mask->bits[family], i)),
		    BPF_STMT(BPF_LDX | BPF_MEM, 0),
		    BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
		    BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, STEER_FACTOR),
		    BPF_STMT(BPF_MISC | BPF_TAX, 0),
		    BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, STEER_FOLD),
		    BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
		    BPF_STMT(BPF_ST, 0),
		};

		memcpy(ret + n, round, sizeof round);
		n += sizeof round / sizeof round[0];
	}
	ret[n++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, workers);
	ret[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	assert(n <= STEER_PROGRAM_MAX);
	return (unsigned short)n;
}
