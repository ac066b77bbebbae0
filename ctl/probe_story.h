/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_PROBE_STORY_H
#define CTL_PROBE_STORY_H

/*
 * probe_story - runs one probe to its end and tells every step of it.
 *
 * The probe is the daemon's own; this only looks on (probe_trace) and understands.
 */
#include "probe.h"
#include "probe_aim.h"
#include "probe_told.h"

struct probe_story;
/* @t is gone when it returns. */
typedef void probe_story_step(void *owner, const struct told *t);

/* Runs @aim with @tls (helpers listen in @run_dir) and waits for its end.  0 with *ret
 * and, if one was shown, the certificate in @seen (initialised); -ENOMEM. */
int probe_story_run(const struct probe_aim *aim, const struct model *m,
    struct tls_context *tls, const char *run_dir, probe_story_step *step, void *owner,
    struct outcome *ret, struct certificate *seen);

#endif
