/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SNMP_MIB_H
#define EDGE_SNMP_MIB_H

/*
 * mib - EDGE-POOL-MIB as data: tables, columns, notifications, and where an OID leads.
 *
 * Pure, and free of net-snmp: an OID here is what stands behind the module's place, as
 * numbers.  One handler can therefore answer for the whole module, which costs a single
 * registration with the master agent (each one is an exchange that may block) and lets
 * the order of GETNEXT be tested without an agent.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rows.h"
#include "values.h"

enum wire { WIRE_INTEGER, WIRE_GAUGE32, WIRE_COUNTER64, WIRE_TICKS, WIRE_OCTETS };

enum syntax {
#define SYNTAX(id, text, wire) SYNTAX_##id,
#include "mib_tbl.h"
	SYNTAXES
};

struct syntax_info {
	const char *text; /* "SnmpAdminString" */
	enum wire wire;
};

struct table_info {
	const char *name; /* "edgePoolMember" */
	uint32_t number;
	unsigned indices; /* 0: a group of scalars */
};

struct column_info {
	enum table table;
	uint32_t number;
	const char *name; /* "edgePoolMemberName" */
	enum syntax syntax;
	enum access access;
};

#define NOTIFICATION_OBJECTS_MAX 10

struct notification_info {
	uint32_t number;
	const char *name; /* "edgePoolMemberDown" */
	enum table table; /* of the row it is about */
	size_t n_objects;
	enum column objects[NOTIFICATION_OBJECTS_MAX];
};

extern const struct syntax_info mib_syntaxes[SYNTAXES];
extern const struct table_info mib_tables[TABLES];
extern const struct column_info mib_columns[COLUMNS];
extern const struct notification_info mib_notifications[NOTIFICATIONS];

/* Below the module: .0 notifications, .1 objects. */
#define MIB_NOTIFICATIONS 0
#define MIB_OBJECTS       1

#define MIB_BASE_MAX   64                    /* of the module's own place */
#define MIB_SUFFIX_MAX (3 + ROW_INDICES_MAX) /* below .1 */
#define MIB_OID_MAX    (MIB_BASE_MAX + 1 + MIB_SUFFIX_MAX)

/* "1.3.6.1.4.1.8072" into @ret of MIB_BASE_MAX numbers; 0 when it is not an OID of at
 * least two and at most MIB_BASE_MAX numbers. */
size_t mib_parse_oid(const char *text, uint32_t *ret);

/* One value and its place. */
struct cell {
	enum column column;
	const struct row *row;
	uint32_t suffix[MIB_SUFFIX_MAX]; /* below .1 */
	size_t n_suffix;
	struct value value;
};

enum mib_found { MIB_FOUND, MIB_NO_OBJECT, MIB_NO_INSTANCE };

/* What stands at @suffix. */
enum mib_found
mib_get(const struct snapshot *s, const uint32_t *suffix, size_t n, struct cell *ret);
/* What comes after @suffix (or at it, when @inclusive) in the order of OIDs. */
bool mib_next(const struct snapshot *s, const uint32_t *suffix, size_t n, bool inclusive,
    struct cell *ret);

/* The place of a column's instance in a row, below .1; returns its length. */
size_t mib_suffix(enum column column, const uint32_t *index, unsigned n_index,
    uint32_t ret[MIB_SUFFIX_MAX]);

#endif
