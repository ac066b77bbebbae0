/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_KIND_STUN_H
#define EDGE_PROBE_KIND_STUN_H

/*
 * kind_stun - RFC 5389 Binding and RFC 5766 Allocate, for the kinds stun and turn:
 * servers that are no Edge Servers.
 */
#include "probe.h"

bool kind_stun_ask(struct probe_run *p);
enum probe_look kind_stun_look(struct probe_run *p);
bool kind_stun_ask_allocate(struct probe_run *p);
enum probe_look kind_stun_look_allocate(struct probe_run *p);

#endif
