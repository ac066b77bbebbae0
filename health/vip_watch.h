/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_VIP_WATCH_H
#define EDGE_HEALTH_VIP_WATCH_H

/*
 * vip_watch - probes through the VIPs, and where they disagree with the direct ones.
 *
 * One question per listener whose service says `vip_probe`, as its endpoints are asked,
 * at their interval, from sockets of edge-vantage.  Writes the listeners' rows and the
 * pools' conditions; no state, and no target, ever hears of it.
 */
#include "prober.h"
#include "publish.h"
#include "vip_sockets.h"
#include "vip_view.h"

struct vip_watch;

struct vip_row {
	struct vip_watch *watch;
	struct pool_watch *pool;
	const struct listener *listener;
	uint64_t id; /* the listener's, for after a reload */
	const struct health_conf *conf;
	struct pulse *pulse;
	struct probe_question question;
	struct tls_memory memory;
	struct probe_run probe;
	struct sched sched;
	struct vip_view view;
	const char *lack; /* why it is not measured, once that is known */
	ev_timer due;
	int64_t last_start;
	size_t row;
};

struct vip_watch {
	struct vip_row *rows;
	size_t n;
	struct vip_sockets *sockets;
	struct publish *publish;
};

/* Begins to probe.  Borrows @prober and its model.  @from: the one before a reload, or
 * NULL; it has been stopped. */
int vip_watch_new(struct prober *prober, struct publish *publish,
    struct vip_sockets *sockets, const struct vip_watch *from, struct vip_watch **ret);
void vip_watch_stop(struct vip_watch *w);
void vip_watch_free(struct vip_watch **pw);

/* No socket taken so far is worth anything. */
void vip_watch_lost(struct vip_watch *w);

#endif
