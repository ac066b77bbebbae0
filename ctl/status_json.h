/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_STATUS_JSON_H
#define CTL_STATUS_JSON_H

/*
 * status_json - a picture as JSON, with everything that is known.  Pure.
 *
 * The keys are a promise to scripts: ctl/status-json.md describes them; they are added
 * to, never renamed, or STATUS_JSON_FORMAT rises.
 */
#include <edge/sbuf.h>

#include "picture.h"

#define STATUS_JSON_FORMAT 1

/* @pool: only this one; NULL: all. */
void status_json(const struct picture *p, const char *pool, struct sbuf *out);

#endif
