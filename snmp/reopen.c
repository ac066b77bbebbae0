/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reopen - finds the library's alarms that reconnect, and ends those that are too many.
 *
 * The library names neither its list of alarms nor its function for reconnecting.  But it
 * says which alarm is the next that is not being run, so marking each as being run shows
 * all; and those that reconnect are the only ones that repeat at AGENT_PING_S without an
 * argument: that of the ping has the session.
 */
#include "reopen.h"

#include <stddef.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include "agent.h"

/* There are a handful; what is beyond is found the next time. */
#define ALARMS_MAX 64

static size_t
alarms(struct snmp_alarm *ret[ALARMS_MAX])
{
	size_t n = 0;

	while (n < ALARMS_MAX && (ret[n] = sa_find_next()) != NULL)
		ret[n++]->flags |= SA_FIRED;
	for (size_t i = 0; i < n; i++)
		ret[i]->flags &= ~(unsigned)SA_FIRED;
	return n;
}

static bool
is_reopen(const struct snmp_alarm *a)
{
	return a->flags & SA_REPEAT && a->t.tv_sec == AGENT_PING_S &&
	       a->clientarg == NULL;
}

void
reopen_tidy(bool connected)
{
	struct snmp_alarm *all[ALARMS_MAX];
	size_t n = alarms(all), kept = 0, most = connected ? 0 : 1;

	for (size_t i = 0; i < n; i++)
		if (is_reopen(all[i]) && ++kept > most)
			snmp_alarm_unregister(all[i]->clientreg);
}
