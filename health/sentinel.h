/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_SENTINEL_H
#define EDGE_HEALTH_SENTINEL_H

/*
 * sentinel - one idle TCP connection to an endpoint, whose end says "look now".
 *
 * It says nothing and is never a verdict: on_alarm() asks for a probe.  Plain TCP for the
 * TLS kinds too: no handshake to compute for the member, and a process that dies closes a
 * silent connection like any other.
 *
 * Owns its socket and watchers.  What to do when is sentinel_plan.h.
 */
#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include <edge/addr.h>

#include "probe/pulse.h"
#include "sentinel_plan.h"

/* Connections of all sentinels together: probes need descriptors, sentinels only like to
 * have some. */
struct sentinel_room {
	unsigned open, most;
};

/* From what this process may open. */
void sentinel_room_init(struct sentinel_room *r);

struct sentinel_way {
	struct addr addr, source; /* source absent: the kernel chooses */
	uint16_t port;
	int64_t connect_timeout_ns;
};

struct sentinel;
typedef void sentinel_alarm(struct sentinel *s);

struct sentinel {
	struct sentinel_plan plan;
	struct sentinel_way way;
	struct pulse *pulse;
	struct sentinel_room *room;
	sentinel_alarm *on_alarm;
	ev_io io;
	ev_timer timer, alarm;
	int fd;
	unsigned octets; /* the member said unasked */
	uint64_t alarms;
};

void sentinel_init(struct sentinel *s, struct pulse *pulse, struct sentinel_room *room,
    const struct sentinel_way *way, sentinel_alarm *on_alarm);
/* What was learned of the same endpoint before a reload. */
void sentinel_inherit(struct sentinel *s, const struct sentinel *from);
/* Also where the endpoint went down: no connection before it has a good probe again. */
void sentinel_stop(struct sentinel *s);

/* A probe of its endpoint ended just now. */
void sentinel_probed(struct sentinel *s, int64_t started, bool good);
/* A probe was short of a descriptor: it gets this one. */
void sentinel_yield(struct sentinel *s);

const char *sentinel_word(const struct sentinel *s);

#endif
