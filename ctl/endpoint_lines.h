/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_ENDPOINT_LINES_H
#define CTL_ENDPOINT_LINES_H

/*
 * endpoint_lines - all there is to know about an endpoint, for status -v: its state, the
 * last probe and the traffic, and what the prober knows beside.
 */
#include "grid.h"
#include "picture.h"

void endpoint_lines(struct grid *g, unsigned indent, const struct picture *p,
    const struct picture_endpoint *pe);

#endif
