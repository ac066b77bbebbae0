/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_REACH_ICMP_H
#define EDGE_PROBE_REACH_ICMP_H

/*
 * reach_icmp - sockets for echo requests.
 *
 * Two kinds, and the configuration chooses (health.icmp): "ping" needs no right but a
 * group inside net.ipv4.ping_group_range; "raw" needs CAP_NET_RAW.
 */
#include <stdbool.h>

#include <edge/addr.h>

/* Non-blocking, close-on-exec, connected.  A descriptor, or -errno: -EACCES and -EPERM
 * say that the right is missing. */
int reach_icmp_open(const struct addr *to, const struct addr *source, bool raw);

/* 0 when such a socket can be had, else -errno. */
int reach_icmp_try(int family, bool raw);

#endif
