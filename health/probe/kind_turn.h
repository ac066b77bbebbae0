/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_KIND_TURN_H
#define EDGE_PROBE_KIND_TURN_H

/*
 * kind_turn - MS-TURN Allocate without credentials, for the kinds turn-udp and turn-tcp.
 */
#include "probe.h"

bool kind_turn_ask_udp(struct probe_run *p);
enum probe_look kind_turn_look_udp(struct probe_run *p);
bool kind_turn_ask_tcp(struct probe_run *p);
enum probe_look kind_turn_look_tcp(struct probe_run *p);

#endif
