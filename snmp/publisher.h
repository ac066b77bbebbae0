/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SNMP_PUBLISHER_H
#define EDGE_SNMP_PUBLISHER_H

/*
 * publisher - everything edge-snmp owns, and what one look at the boards does with it.
 *
 *   boards --> snapshot --> agent (GET, GETNEXT)
 *                 |
 *          watch: before and now --> queue --> agent (notifications)
 *
 * Looks once a second, and sooner after a notice.  Decides no state.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/ctl.h>
#include <edge/diag.h>
#include <edge/program.h>

#include "agent.h"

struct publisher {
	const struct program *program;
	struct model *model;
	struct board_reader *readers[BOARDS];
	struct snapshot *snapshot;
	struct notify_queue *queue;
	struct agent *agent; /* NULL while snmp.enabled is false */
	struct agent_set set;
	struct ctl_server *ctl;
	int notice_fd;
	int64_t looked_ns, retried_ns; /* CLOCK_MONOTONIC */
	uint64_t connects;             /* of the master agent, as last seen */
	bool look_soon;
	bool stop, restart;
};

/* Opens everything for @take_model, which it owns from then on, even on failure.
 * 0 or -errno; what went wrong has been logged. */
int publisher_open(
    struct publisher *p, const struct program *program, struct model **take_model);
void publisher_close(struct publisher *p);

/* Looks if it is time to, at @mono_ns. */
void publisher_look(struct publisher *p, int64_t mono_ns);
/* Sends what waits, as far as the master and the rate allow. */
void publisher_send(struct publisher *p, int64_t mono_ns);
/* How long the loop may wait. */
int publisher_wait_ms(const struct publisher *p, int64_t mono_ns);

/* Loads the configuration anew.  False with @diags when it is bad: the old one stays.
 * Sets restart when the change needs a new registration. */
bool publisher_reload(struct publisher *p, struct diags *diags);

/* verbs.c: the control socket. */
extern const struct ctl_verb publisher_verbs[];
extern const size_t publisher_verbs_count;

#endif
