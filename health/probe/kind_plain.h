/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_KIND_PLAIN_H
#define EDGE_PROBE_KIND_PLAIN_H

/*
 * kind_plain - the kinds udp (what to send and to expect is the administrator's) and
 * icmp (an echo request).
 */
#include "probe.h"

bool kind_udp_ask(struct probe_run *p);
enum probe_look kind_udp_look(struct probe_run *p);

int kind_icmp_open(struct probe_run *p);
bool kind_icmp_ask(struct probe_run *p);
enum probe_look kind_icmp_look(struct probe_run *p);

#endif
