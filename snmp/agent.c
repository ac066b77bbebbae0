/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent - one registration, the library's switches, and its side of the loop.
 */
#include "agent.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <edge/log.h>

#include "answer.h"
#include "mib.h"
#include "reopen.h"
#include "transport.h"

#define SESSION_TIMEOUT_US 300000

struct agent {
	struct answer answer;
	netsnmp_handler_registration *registration;
	char master[PATH_MAX]; /* for messages: the model goes at a reload */
	bool connected, refused;
	bool untidy; /* the connection came or went: the library may have begun to
			reconnect */
	bool away_said, refused_said; /* once, until it is over */
	uint64_t connects;
};

/* --- the library's switches -------------------------------------------------------- */

static int
on_session(int major, int minor, void *session, void *arg)
{
	netsnmp_session *s = session;

	(void)major;
	(void)minor;
	(void)arg;
	s->timeout = SESSION_TIMEOUT_US;
	s->retries = 0;
	return SNMPERR_SUCCESS;
}

static int
on_connected(int major, int minor, void *session, void *arg)
{
	struct agent *a = arg;
	const bool was = a->connected;

	(void)major;
	(void)session;
	a->connected = minor == SNMPD_CALLBACK_INDEX_START;
	a->untidy = true;
	if (a->connected) {
		a->connects++;
		a->refused = false;
		a->away_said = false;
		log_info("the master agent has taken us");
	} else if (was || !a->away_said) { /* also called by each attempt that fails */
		log_info("the master agent is away");
		a->away_said = !was;
	}
	return SNMPERR_SUCCESS;
}

/* The library says only in its log that a place was refused (duplicateRegistration). */
static int
on_log(int major, int minor, void *message, void *arg)
{
	const struct snmp_log_message *m = message;
	struct agent *a = arg;
	size_t n = strcspn(m->msg, "\n");

	(void)major;
	(void)minor;
	if (strstr(m->msg, "registering pdu failed") != NULL) {
		a->refused = true;
		if (a->refused_said)
			return SNMPERR_SUCCESS;
		a->refused_said = true;
		log_error("the master agent refused our place in its tree, which another "
			  "subagent has: stop that one or change snmp.base_oid");
		return SNMPERR_SUCCESS;
	}
	if (strstr(m->msg, "Failed to connect") != NULL) {
		if (!a->away_said)
			log_warning("no master agent at %s: trying every %d s", a->master,
			    AGENT_PING_S);
		a->away_said = true;
		return SNMPERR_SUCCESS;
	}
	if (n > 0 && m->priority <= LOG_WARNING)
		log_warning("net-snmp: %.*s", (int)n, m->msg);
	else if (n > 0)
		log_debug("net-snmp: %.*s", (int)n, m->msg);
	return SNMPERR_SUCCESS;
}

static void
callbacks_register(struct agent *a)
{
	snmp_register_callback(
	    SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_SESSION_INIT, on_session, NULL);
	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log, a);
	snmp_register_callback(
	    SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, on_connected, a);
	snmp_register_callback(
	    SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, on_connected, a);
}

/* The library frees the arguments of callbacks that it still knows when it shuts down. */
static void
callbacks_unregister(struct agent *a)
{
	snmp_unregister_callback(
	    SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log, a, 1);
	snmp_unregister_callback(
	    SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, on_connected, a, 1);
	snmp_unregister_callback(
	    SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, on_connected, a, 1);
}

/* Nothing of the host's SNMP configuration concerns us, and nothing of ours stays. */
static void
library_prepare(struct agent *a, const char *socket)
{
	setenv("MIBS", "", 1);
	setenv("MIBDIRS", "/dev/null", 1);
	setenv("SNMPCONFPATH", "/dev/null", 1);
	setenv("SNMP_PERSISTENT_DIR", "/dev/null", 1);
	callbacks_register(a);
	snmp_enable_calllog();
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	netsnmp_ds_set_string(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, socket);
}

static int
objects_register(struct agent *a)
{
	netsnmp_mib_handler *handler = netsnmp_create_handler("edgepool", answer_request);

	if (handler == NULL)
		return -ENOMEM;
	handler->myvoid = &a->answer;
	a->registration = netsnmp_handler_registration_create(
	    "edgepool", handler, a->answer.base, a->answer.n_base, HANDLER_CAN_RWRITE);
	if (a->registration == NULL)
		return -ENOMEM;
	if (netsnmp_register_handler(a->registration) == MIB_REGISTERED_OK)
		return 0;
	a->registration = NULL; /* freed by the library */
	return -ENOMEM;
}

void
agent_retry(struct agent *a)
{
	if (!a->refused || !a->connected)
		return;
	a->refused = false;
	if (a->registration != NULL)
		netsnmp_unregister_handler(a->registration);
	objects_register(a);
	if (!a->refused) {
		a->refused_said = false;
		log_info("the master agent gave us our place");
	}
}

static int
base_parse(struct agent *a, const char *base)
{
	uint32_t numbers[MIB_BASE_MAX];
	size_t n = mib_parse_oid(base, numbers);

	for (size_t i = 0; i < n; i++)
		a->answer.base[i] = numbers[i];
	a->answer.base[n] = MIB_OBJECTS;
	a->answer.n_base = n + 1;
	return n > 0 ? 0 : -EINVAL;
}

int
agent_open(
    const char *master, const char *base, const struct agent_set *set, struct agent **ret)
{
	struct agent *a = calloc(1, sizeof *a);
	char socket[PATH_MAX];
	int err;

	if (a == NULL)
		return -ENOMEM;
	a->answer.set = set;
	snprintf(a->master, sizeof a->master, "%s", master);
	err = base_parse(a, base);
	if (err != 0) {
		free(a);
		return err;
	}
	snprintf(socket, sizeof socket, "%s%s", master[0] == '/' ? "unix:" : "", master);
	library_prepare(a, socket);
	transport_register();
	init_agent("edge-snmp");
	/* Not earlier: init_agent() puts its own value there. */
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL, AGENT_PING_S);
	err = objects_register(a);
	if (err == 0)
		register_sysORTable(
		    a->answer.base, a->answer.n_base - 1, "edgepool: EDGE-POOL-MIB");
	init_snmp("edge-snmp");
	*ret = a; /* even if unregistered: shutting the library down needs it */
	if (err != 0)
		agent_close(ret);
	return err;
}

void
agent_close(struct agent **pa)
{
	if (*pa == NULL)
		return;
	callbacks_unregister(*pa);
	snmp_shutdown("edge-snmp");
	shutdown_agent();
	free(*pa);
	*pa = NULL;
}

void
agent_show(struct agent *a, const struct snapshot *s)
{
	a->answer.snapshot = s;
}

bool
agent_is_connected(const struct agent *a)
{
	return a->connected;
}

bool
agent_is_refused(const struct agent *a)
{
	return a->refused;
}

uint64_t
agent_connects(const struct agent *a)
{
	return a->connects;
}

/* --- the loop's side --------------------------------------------------------------- */

/* @set holds what is readable of the library's descriptors: one look at them, one call.
 */
static void
library_turn(struct agent *a, int n_ready, fd_set *set)
{
	if (n_ready > 0)
		snmp_read(set);
	else
		snmp_timeout();
	run_alarms();
	if (a->untidy) {
		a->untidy = false;
		reopen_tidy(a->connected);
	}
	netsnmp_check_outstanding_agent_requests();
}

/* select() is enough: this process has a dozen descriptors, and boards need none. */
void
agent_wait(struct agent *a, const int *fds, bool *ready, size_t n, int timeout_ms)
{
	struct timeval tv = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
	int most = 0, block = 0, n_ready;
	fd_set set;

	FD_ZERO(&set);
	if (a != NULL)
		snmp_select_info(&most, &set, &tv, &block);
	for (size_t i = 0; i < n; i++) {
		FD_SET(fds[i], &set);
		if (fds[i] >= most)
			most = fds[i] + 1;
	}
	n_ready = select(most, &set, NULL, NULL, &tv);
	for (size_t i = 0; i < n; i++) {
		ready[i] = n_ready > 0 && FD_ISSET(fds[i], &set);
		if (ready[i]) {
			n_ready--;
			FD_CLR(fds[i], &set);
		}
	}
	if (a != NULL)
		library_turn(a, n_ready, &set);
}

bool
agent_notify(struct agent *a, const struct event *e)
{
	return a->connected && answer_notify(&a->answer, e);
}
