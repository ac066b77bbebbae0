/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_BOUND_H
#define EDGE_HEALTH_BOUND_H

/*
 * bound - within what time a failure of an endpoint is known.  Pure: of its settings and
 * of what it is asked.
 *
 *   refused  its port refuses: the process is gone
 *   silent   nothing comes back: the machine, or the way to it, is gone
 *   hung     connections are accepted, and nothing is said
 *
 * "No way to the address" is compared with other members first (way.h): one outcome more,
 * fast_interval later, and without any time-out.
 *
 * The time to the member and back comes on top where an answer takes part (refused), and
 * so does time the prober itself lost.  It ends with the store on the board.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/model.h>

enum bound_sickness {
	BOUND_REFUSED,
	BOUND_SILENT,
	BOUND_HUNG,
	BOUND_SICKNESSES,
};

/* MS-TURN questions at once (token.h): enough for a failure and its confirmation. */
#define RELAY_BURST 3
/* Kinds that take a token for each question. */
bool asks_a_relay(enum probe kind);

/* 0: never noticed (a bare connection to a hung member, an ICMP echo of a host whose
 * process is gone; an endpoint nobody probes). */
int64_t bound_of(enum bound_sickness s, enum probe kind, const struct health_conf *conf);
/* The longest of those that are noticed at all. */
int64_t bound_ns(enum probe kind, const struct health_conf *conf);

#endif
