/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_LB_H
#define LB_LB_H

/*
 * lb - the balancer as a whole, as its main thread holds it.
 *
 * The main thread opens every socket, follows the health board, builds views, writes the
 * board and answers the control socket.  It never touches a session.
 */
#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include <edge/board.h>
#include <edge/ctl.h>
#include <edge/model.h>
#include <edge/program.h>
#include <edge/sbuf.h>

#include "keep.h"
#include "kernel.h"
#include "live.h"
#include "session_log.h"
#include "steer.h"
#include "upgrade.h"
#include "view.h"
#include "worker.h"

struct lb {
	struct program program;
	struct ev_loop *loop;
	struct model *model;
	struct live live;
	struct keep keep;
	struct kernel *kernel;        /* NULL while no configuration needed it */
	struct kernel_wanted *wanted; /* prepared, and not yet in effect */
	ev_timer kernel_turn;
	char *engine_remarks;    /* of "auto"; not yet told */
	struct steer_mask steer; /* fixed, like the number of workers */

	struct port_set ports;
	struct worker **workers;
	unsigned n_workers;
	uint32_t sessions_max; /* of all workers */
	struct session_log *log;
	struct view *view; /* the newest; older ones hang on it */
	ev_async acknowledged;

	struct board *board;
	uint64_t base[LB_FIELDS]; /* the process row's, as live.h has it for objects */
	bool tallied;
	uint64_t flows; /* sessions in the kernel engine */
	int64_t looked_for_vips_ns, looked_for_bypass_ns;

	struct board_reader *health;
	bool health_stale;
	int notice_fd, sender_fd;
	ev_io notice_io;

	struct ctl_server *ctl;
	ev_io ctl_io;
	ev_timer second;
	ev_signal hangup, terminate, interrupt, replace;

	struct upgrade upgrade;
};

/* Everything from a configuration to running workers.  0, or -errno with the reason in
 * @why, one or more lines. */
int lb_open(
    struct lb *lb, const struct program *program, struct ev_loop *loop, struct sbuf *why);
void lb_close(struct lb *lb);

/* The steps of lb_open() that takeover.c takes in another order. */
void lb_init(struct lb *lb, const struct program *program, struct ev_loop *loop);
void lb_fix_sizes(struct lb *lb);
/* @watched: what the program before handed on, one per worker; NULL: nothing. */
int lb_create_workers(struct lb *lb, const struct saved_watched *watched);
/* Where sessions are logged, as the model says; opens the file anew. */
void lb_log_sessions(struct lb *lb);
void lb_start_seconds(struct lb *lb);

/* lb_reload.c.  Takes over the configuration file as it is now.  0; or -errno with
 * diagnostics in @why and nothing changed.  On success @why may hold remarks. */
int lb_reload(struct lb *lb, struct sbuf *why);

/* lb_views.c.  Opens what @m wants and is closed; on failure, nothing. */
int lb_open_listeners(struct lb *lb, const struct model *m, struct sbuf *why);
/* A view of @m and the states, or NULL; and from now on the one that is in effect. */
struct view *lb_build(struct lb *lb, const struct model *m);
void lb_offer(struct lb *lb, struct view *v);
/* Both, of the model.  0 or -ENOMEM. */
int lb_publish(struct lb *lb);
/* Frees what all workers have let go of. */
void lb_collect(struct lb *lb);
/* The generation that every worker has taken, and when (CLOCK_BOOTTIME) the last one did.
 */
uint64_t lb_acked(const struct lb *lb, int64_t *ret_boot_ns);

/* lb_notice.c: the health board.  True when a state differs from before. */
int lb_notice_open(struct lb *lb);
void lb_notice_close(struct lb *lb);
bool lb_look_at_health(struct lb *lb);

/* lb_kernel.c: the kernel engine.  Settles which engine serves each listener of @m, and
 * opens it where one needs it.  0, and remarks in @why; or -errno with the reason. */
int lb_kernel_settle(struct lb *lb, struct model *m, struct sbuf *why);
/* What came of "auto", once: of a configuration that is in effect. */
void lb_kernel_tell(struct lb *lb, struct sbuf *ret);
/* The same as far as it changes nothing. */
int lb_kernel_check(struct model *m, struct sbuf *why);
/* What can fail of @m and @v, then the rest; or the end of it. */
int lb_kernel_prepare(
    struct lb *lb, const struct model *m, const struct view *v, struct sbuf *why);
void lb_kernel_commit(struct lb *lb);
void lb_kernel_abort(struct lb *lb);
/* A line for each thing of @m that is not what it is now, and stays as it is. */
void lb_kernel_remark(const struct lb *lb, const struct model *m, struct sbuf *ret);
/* The newest view is in effect; time has passed. */
void lb_kernel_follow(struct lb *lb);
/* Packets go by it, also when this process has ended. */
bool lb_kernel_serves(const struct lb *lb);
void lb_kernel_close(struct lb *lb);
/* What lb_kernel_settle() opened came to nothing: where nobody was before, nobody is. */
void lb_kernel_undo(struct lb *lb);

/* lb_stats.c: our own board. */
int lb_stats_open(struct lb *lb, struct sbuf *why);
/* Rows for a new model. */
int lb_stats_replace(struct lb *lb, const struct model *m, struct sbuf *why);
/* What the board already says of objects that are counted from now on. */
void lb_stats_adopt(struct lb *lb);
void lb_stats_write(struct lb *lb);
/* The generation that is applied, at once. */
void lb_stats_applied(struct lb *lb);
/* The process row's counters as they are now. */
void lb_stats_sums(const struct lb *lb, uint64_t ret[LB_FIELDS]);

/* lb_tally.c: what the kernel engine counted since the last time. */
void lb_tally(struct lb *lb);

/* lb_past.c: members that answer past the balancer.  Looks every few seconds. */
void lb_look_for_bypass(struct lb *lb);

/* lb_sources.c: a line for each source address that this host does not have. */
void lb_remark_on_sources(const struct model *m, struct sbuf *ret);

/* lb_ctl.c: the control socket. */
int lb_ctl_open(struct lb *lb);
unsigned lb_listener_status(const struct lb *lb, const struct live_listener *x);

#endif
