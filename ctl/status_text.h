/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_STATUS_TEXT_H
#define CTL_STATUS_TEXT_H

/*
 * status_text - a picture as the table a person reads.  Pure.
 */
#include <stdbool.h>

#include <edge/sbuf.h>

#include "grid.h"
#include "picture.h"

/* A terminal of the usual width; what is longer goes on in the next line. */
#define STATUS_WIDTH 80

struct status_options {
	const char *pool; /* only this one; NULL: all */
	bool verbose;     /* every endpoint, with address, latency and counts */
	bool colour;
};

void
status_text(const struct picture *p, const struct status_options *o, struct sbuf *out);

/* "the service refuses new work (503) (503)": a reason and its detail, for people. */
#define REASON_TEXT_MAX 160
const char *status_reason_text(enum reason reason, uint64_t detail, char *buf);
/* manual_resume: it stays down, whatever its probes say, until somebody enables it. */
bool status_awaits_operator(const struct picture_endpoint *pe);
/* How good that is; "2h 04m ago" of CLOCK_BOOTTIME seconds, "-" for 0. */
enum paint status_paint(const struct state *s);
const char *status_ago(const struct picture *p, uint32_t since_s, char *buf);

#endif
