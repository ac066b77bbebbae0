/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_PROBE_JSON_H
#define CTL_PROBE_JSON_H

/*
 * probe_json - the same as probe_text, for programs: an object per probe, inside an
 * array that the caller opened.  Numbers are raw, octets are text or hexadecimal digits.
 */
#include "json.h"
#include "probe_advice.h"
#include "probe_told.h"

void probe_json_head(const struct probe_aim *aim, struct json *j);
void probe_json_step(const struct told *t, struct json *j);
void probe_json_end(const struct outcome *o, const struct advice *a, struct json *j);

#endif
