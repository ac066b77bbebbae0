/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_DAEMON_H
#define EDGE_HEALTH_DAEMON_H

/*
 * daemon - edge-health as a process: one loop, one model at a time, everything opened.
 */
#include <ev.h>
#include <stdbool.h>

#include <edge/ctl.h>
#include <edge/model.h>
#include <edge/program.h>
#include <edge/sbuf.h>

#include "admin_store.h"
#include "probe/pulse.h"
#include "prober.h"
#include "publish.h"
#include "vip_sockets.h"
#include "vip_watch.h"

struct daemon {
	struct program program;
	struct ev_loop *loop;
	struct pulse pulse;
	struct model *model;
	struct prober *prober;
	struct publish publish;
	struct vip_sockets vip_sockets;
	struct vip_watch *vip; /* NULL only without memory */
	struct admin_store admin;
	struct ctl_server *ctl;
	int evidence_fd; /* notices from edge-lb */
	int64_t started; /* boot_ns */
	unsigned reloads;
	ev_io ctl_io, evidence_io;
	ev_timer beat, evidence_rest;
	ev_signal terminate, interrupt, hangup;
};

/* 0, or -errno after one clear line (or the configuration's diagnostics) was written. */
int daemon_open(struct daemon *d, const struct program *program);
/* Until SIGTERM or SIGINT. */
void daemon_run(struct daemon *d);
/* Accepts a daemon that was never, or only half, opened (all zero). */
void daemon_close(struct daemon *d);

/* Loads the configuration aside and takes it over.  False: the one before stays, and
 * @answer says why; warnings are in @answer either way. */
bool daemon_reload(struct daemon *d, struct sbuf *answer);

#endif
