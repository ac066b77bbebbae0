/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_VIP_SOCKETS_H
#define EDGE_HEALTH_VIP_SOCKETS_H

/*
 * vip_sockets - a small stock of sockets from edge-vantage, for probes through the VIPs.
 *
 * Asked for ahead, so that a probe finds them there or knows at once that there are none:
 * nothing here waits for the other process, whether it is dead, stopped or was never
 * started.
 */
#include <ev.h>
#include <stdbool.h>

#include <edge/model.h>
#include <edge/program.h>

#include "probe/probe.h"
#include "probe/pulse.h"

#define VIP_STOCK 8 /* of each family and protocol */

struct vip_shelf {
	bool wanted;
	int fds[VIP_STOCK];
	unsigned n, asked; /* on it; under way */
	int error;         /* the last answer's errno; 0: it came with a socket */
	int64_t heard;     /* the last answer, or the first question since */
};

struct vip_sockets {
	struct probe_outlet outlet;
	struct pulse *pulse;
	char path[PROGRAM_PATH_MAX];
	int fd; /* -1: not connected */
	ev_io io;
	ev_timer look;
	struct vip_shelf shelves[FAMILIES][PROTOS];
	void (*on_lost)(void *owner); /* what was taken is worth nothing any more */
	void *owner;
};

void vip_sockets_init(struct vip_sockets *s, struct pulse *pulse, const char *run_dir,
    void (*on_lost)(void *owner), void *owner);
void vip_sockets_close(struct vip_sockets *s);

/* From now on nothing is wanted but what is named after this. */
void vip_sockets_want_none(struct vip_sockets *s);
void vip_sockets_want(struct vip_sockets *s, enum family family, enum proto proto);

/* Short of sockets only for a moment: they were asked for, and are answered. */
bool
vip_sockets_coming(const struct vip_sockets *s, enum family family, enum proto proto);
/* NULL when a probe may begin; otherwise why not, for people. */
const char *
vip_sockets_lack(const struct vip_sockets *s, enum family family, enum proto proto);

#endif
