/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SNMP_ANSWER_H
#define EDGE_SNMP_ANSWER_H

/*
 * answer - what the master asks and what we tell it, in net-snmp's types.
 *
 * Part of agent.c: nobody else includes this.  Finding is mib.c's, values are values.c's;
 * this file turns them into variables, and SETs into calls of struct agent_set.
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/agent/agent_sysORTable.h>

#include "agent.h"
#include "mib.h"

#define ANSWER_SETS_MAX 16 /* members set by one request */

/* What to go back to when a SET of several objects fails half-way. */
struct undo {
	uint64_t id;
	enum admin admin;
};

struct answer {
	const struct snapshot *snapshot;
	const struct agent_set *set;
	oid base[MIB_OID_MAX]; /* of our objects: the module's place and .1 */
	size_t n_base;
	struct undo undo[ANSWER_SETS_MAX];
	size_t n_undo;
};

/* The handler of our one registration; its myvoid is the struct answer. */
Netsnmp_Node_Handler answer_request;

/* Sends a notification; false without memory. */
bool answer_notify(const struct answer *a, const struct event *e);

#endif
