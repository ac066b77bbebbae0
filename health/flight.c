/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flight - lending probes.
 */
#include "flight.h"

#include <assert.h>
#include <stdlib.h>

/* Two for each of a dozen endpoints that fail at the same time: a member. */
#define SPARE_MAX 24

void
flights_init(struct flights *f, struct pulse *pulse, probe_done *on_done)
{
	*f = (struct flights){.pulse = pulse, .on_done = on_done};
}

static void
free_down_to(struct flights *f, unsigned n)
{
	while (f->n_spare > n) {
		struct flight *flight = f->spare;

		f->spare = flight->next;
		f->n_spare--;
		free(flight);
	}
}

void
flights_fini(struct flights *f)
{
	free_down_to(f, 0);
}

void
flights_trim(struct flights *f)
{
	free_down_to(f, SPARE_MAX);
}

struct flight *
flight_lend(struct flights *f, struct target *to)
{
	struct flight *flight = f->spare;

	if (flight != NULL) {
		f->spare = flight->next;
		f->n_spare--;
	} else {
		flight = malloc(sizeof *flight);
		if (flight == NULL)
			return NULL;
		probe_init(&flight->probe, f->pulse, f->on_done);
	}
	flight->target = to;
	return flight;
}

void
flight_return(struct flights *f, struct flight *flight)
{
	assert(!probe_running(&flight->probe));
	flight->target = NULL;
	flight->next = f->spare;
	f->spare = flight;
	f->n_spare++;
}
