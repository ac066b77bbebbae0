/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SNMP_AGENT_H
#define EDGE_SNMP_AGENT_H

/*
 * agent - the AgentX subagent: this file and transport.c are all that knows net-snmp.
 *
 * The library's calls may block, each for a fraction of a second (transport.h, and one
 * try of 0.3 s per exchange); that is why edge-snmp is a process of its own.  It pings
 * the master and connects anew by itself.
 *
 * Threading: one agent per process, one thread: the library has globals.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "notify.h"
#include "rows.h"

struct agent;

/* What a SET needs; both may take a fraction of a second. */
struct agent_set {
	void *owner;
	/* Whether edge-health is there to be asked. */
	bool (*is_ready)(void *owner);
	/* 0 or -errno. */
	int (*apply)(void *owner, const struct member *m, enum admin admin);
};

/* @master is a path or an address of net-snmp ("tcp:localhost:705"), @base the module's
 * place; @set is borrowed.  Succeeds without a master: it is looked for
 * every AGENT_PING_S.  0, -EINVAL for a bad @base, or -ENOMEM. */
int agent_open(const char *master, const char *base, const struct agent_set *set,
    struct agent **ret);
void agent_close(struct agent **pa);

/* From now on requests are answered from @s, which must live until the next call. */
void agent_show(struct agent *a, const struct snapshot *s);

/* Waits for at most @timeout_ms until the master wants something or one of @fds is
 * readable, and serves the master.  Sets ready[i] for each descriptor.  @a may be NULL.
 */
void agent_wait(struct agent *a, const int *fds, bool *ready, size_t n, int timeout_ms);

/* Whether the master has taken us. */
bool agent_is_connected(const struct agent *a);
uint64_t agent_connects(const struct agent *a);
/* Whether it refused our place: another subagent has it. */
bool agent_is_refused(const struct agent *a);
/* Asks for the place again if it was refused; the library never would. */
void agent_retry(struct agent *a);

/* Hands a notification over.  False while there is no master: keep it. */
bool agent_notify(struct agent *a, const struct event *e);

#define AGENT_PING_S 3

#endif
