/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_VERBS_H
#define EDGE_HEALTH_VERBS_H

/*
 * verbs - what the control socket understands; the owner is a struct daemon.
 */
#include <edge/ctl.h>

extern const struct ctl_verb health_verbs[];
extern const size_t health_verbs_count;

#endif
