/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_NETWORK_ORDER_H
#define EDGE_PROBE_NETWORK_ORDER_H

/*
 * network_order - numbers of two octets, the first one higher, wherever they lie.  Bounds
 * are the caller's.
 */
#include <stdint.h>

static inline uint16_t
get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* Returns what follows. */
static inline uint8_t *
put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

#endif
