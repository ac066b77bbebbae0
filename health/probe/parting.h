/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_PARTING_H
#define EDGE_PROBE_PARTING_H

/*
 * parting - connections whose probe is over and whose peer may still have something to
 * say.
 *
 * A socket closed while octets are unread, or before they come, answers them with a
 * reset: a well-behaved peer that returns our close_notify or </stream:stream> would read
 * of an error in its log at every probe.  So we end our half, and close a moment later,
 * when what came was thrown away.
 *
 * Owns the descriptors it is given.  Knows no loop: its owner calls it often enough.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/clock.h>

/* Enough for an answer from the other end of the world. */
#define PARTING_NS (500 * NS_PER_MS)
/* More at once part without delay: descriptors are for probes. */
#define PARTINGS_MAX 1024

struct partings {
	struct {
		int fd;
		int64_t since;
	} all[PARTINGS_MAX]; /* a ring, the oldest first */
	size_t first, count;
};

/* @fd: a connected stream.  Nothing is sent on it from now on. */
void parting_leave(struct partings *p, int fd, int64_t now);
/* Closes those that have waited long enough. */
void partings_end(struct partings *p, int64_t now);
/* Closes the oldest one, for who needs its descriptor; false: there is none. */
bool partings_yield(struct partings *p);
/* All of them, at once. */
void partings_close(struct partings *p);

#endif
