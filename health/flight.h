/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_FLIGHT_H
#define EDGE_HEALTH_FLIGHT_H

/*
 * flight - probes that run beside an endpoint's own one while a failure is confirmed.
 *
 * A probe is some 10 KiB of buffers and an endpoint needs a second one hardly ever: they
 * are lent by the pool and come back.  Some are kept for the next time, the rest is freed
 * - never from within a probe's own callback, where its memory is still in use.
 */
#include "probe/probe.h"

struct target;

struct flight {
	struct probe_run probe;
	struct target *target;  /* whose it is now */
	struct outcome outcome; /* once finished */
	struct flight *next;    /* among the spare ones */
};

struct flights {
	struct pulse *pulse;
	probe_done *on_done;
	struct flight *spare;
	unsigned n_spare;
};

void flights_init(struct flights *f, struct pulse *pulse, probe_done *on_done);
void flights_fini(struct flights *f);
/* NULL without memory: then confirmation goes on with what there is. */
struct flight *flight_lend(struct flights *f, struct target *to);
void flight_return(struct flights *f, struct flight *flight);
/* Frees what need not be kept; not from a probe's callback. */
void flights_trim(struct flights *f);

#endif
