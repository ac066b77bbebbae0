/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SNMP_VALUES_H
#define EDGE_SNMP_VALUES_H

/*
 * values - what a column says in a row: the sources of mib_tbl.h.
 *
 * Pure.  Enumerations are the codes of core plus one, counters are raw words, times stay
 * CLOCK_BOOTTIME: only the agent knows the master's sysUpTime.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rows.h"

enum access { ACCESS_NONE, ACCESS_NOTIFY, ACCESS_RO, ACCESS_RW };

enum column {
#define COLUMN(table, id, number, name, syntax, access, source) COLUMN_##id,
#include "mib_tbl.h"
	COLUMNS
};

enum notification {
#define NOTIFICATION(id, number, name, table, ...) NOTIFICATION_##id,
#include "mib_tbl.h"
	NOTIFICATIONS
};

#define VALUE_OCTETS_MAX 255 /* of SnmpAdminString */

struct value {
	uint64_t number; /* a stamp: CLOCK_BOOTTIME ns, 0 for never */
	size_t length;   /* octets only */
	char octets[VALUE_OCTETS_MAX + 1];
};

/* False when the row has no such instance, as a counter of a board nobody wrote yet. */
bool value_get(
    const struct snapshot *s, const struct row *r, enum column column, struct value *ret);
/* @text, cut to what SNMP takes. */
void value_set_text(struct value *v, const char *text);

#endif
