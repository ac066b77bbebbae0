/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_QUESTION_H
#define EDGE_PROBE_QUESTION_H

/*
 * question - what the configuration wants to know of an endpoint.  Pure.
 *
 * Beside the probe and not in the daemon, so that who asks by hand asks the same.
 */
#include "probe.h"

/* Kind PROBE_NONE: nothing.  Borrows strings of the model, and @tls. */
void question_compose(
    struct probe_question *q, const struct endpoint *e, struct tls_context *tls);

#endif
