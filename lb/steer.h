/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_STEER_H
#define LB_STEER_H

/*
 * steer - which worker owns a client: one function, said twice.
 *
 * The kernel runs steer_program() for each new connection or datagram of a group of
 * SO_REUSEPORT sockets; steer_worker() is the same function in C.  Both look at nothing
 * but the masked source address, so that all services of a client, TCP and UDP, meet the
 * worker that holds its affinity.
 *
 * Pure.
 */
#include <stddef.h>
#include <stdint.h>

#include <linux/filter.h>

#include <edge/addr.h>

/* Prefix lengths that a client's address is cut to. */
struct steer_mask {
	uint8_t bits[FAMILIES];
};

#define STEER_PROGRAM_MAX 40

struct addr steer_cut(const struct addr *source, const struct steer_mask *mask);
unsigned
steer_worker(const struct addr *source, const struct steer_mask *mask, unsigned workers);
/* Writes the program for sockets of one family to @ret; returns its length. */
unsigned short steer_program(enum family family, const struct steer_mask *mask,
    unsigned workers, struct sock_filter ret[STEER_PROGRAM_MAX]);

#endif
