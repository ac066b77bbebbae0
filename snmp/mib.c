/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mib - the tables of mib_tbl.h, and the search for an OID in a snapshot.
 */
#include "mib.h"

#include <string.h>

const struct syntax_info mib_syntaxes[SYNTAXES] = {
#define SYNTAX(id, text, wire) [SYNTAX_##id] = {text, WIRE_##wire},
#include "mib_tbl.h"
};

const struct table_info mib_tables[TABLES] = {
#define TABLE(id, number, name, indices) [TABLE_##id] = {name, number, indices},
#include "mib_tbl.h"
};

const struct column_info mib_columns[COLUMNS] = {
#define COLUMN(table, id, number, name, syntax, access, source)                          \
	[COLUMN_##id] = {TABLE_##table, number, name, SYNTAX_##syntax, ACCESS_##access},
#include "mib_tbl.h"
};

const struct notification_info mib_notifications[NOTIFICATIONS] = {
#define NOTIFICATION(id, number, name, table, ...)                                       \
	[NOTIFICATION_##id] = {number, name, TABLE_##table,                              \
	    sizeof((const enum column[]){__VA_ARGS__}) / sizeof(enum column),            \
	    {__VA_ARGS__}},
#include "mib_tbl.h"
};

size_t
mib_parse_oid(const char *text, uint32_t *ret)
{
	size_t n = 0;

	for (;;) {
		uint64_t number = 0;
		int digits = 0;

		for (; *text >= '0' && *text <= '9'; text++) {
			number = number * 10 + (uint64_t)(*text - '0');
			if (++digits > 10 || number > UINT32_MAX)
				return 0;
		}
		if (digits == 0 || n == MIB_BASE_MAX)
			return 0;
		ret[n++] = (uint32_t)number;
		if (*text == '\0')
			return n < 2 ? 0 : n;
		if (*text++ != '.')
			return 0;
	}
}

/* "table.1.column" of a table, "group.column" of a scalar; returns its length. */
static size_t
column_prefix(enum column column, uint32_t ret[MIB_SUFFIX_MAX])
{
	const struct column_info *c = &mib_columns[column];
	size_t n = 0;

	ret[n++] = mib_tables[c->table].number;
	if (mib_tables[c->table].indices > 0)
		ret[n++] = 1;
	ret[n++] = c->number;
	return n;
}

size_t
mib_suffix(enum column column, const uint32_t *index, unsigned n_index,
    uint32_t ret[MIB_SUFFIX_MAX])
{
	size_t n = column_prefix(column, ret);

	for (unsigned i = 0; i < n_index; i++)
		ret[n++] = index[i];
	return n;
}

static bool
is_served(enum column column)
{
	return mib_columns[column].access >= ACCESS_RO;
}

static bool
cell_fill(
    const struct snapshot *s, enum column column, const struct row *r, struct cell *ret)
{
	if (!value_get(s, r, column, &ret->value))
		return false;
	ret->column = column;
	ret->row = r;
	ret->n_suffix = mib_suffix(column, r->index, r->n_index, ret->suffix);
	return true;
}

/* Less than, equal to or greater than 0 as @prefix stands before, at the beginning of,
 * or behind @suffix.  A prefix longer than what it is compared with is behind it. */
static int
prefix_compare(const uint32_t *prefix, size_t n_prefix, const uint32_t *suffix, size_t n)
{
	for (size_t i = 0; i < n_prefix; i++) {
		if (i == n)
			return 1;
		if (prefix[i] != suffix[i])
			return prefix[i] < suffix[i] ? -1 : 1;
	}
	return 0;
}

enum mib_found
mib_get(const struct snapshot *s, const uint32_t *suffix, size_t n, struct cell *ret)
{
	for (enum column c = 0; c < COLUMNS; c++) {
		uint32_t prefix[MIB_SUFFIX_MAX];
		size_t n_prefix = column_prefix(c, prefix);
		const struct row *r;

		if (!is_served(c) || n < n_prefix ||
		    prefix_compare(prefix, n_prefix, suffix, n) != 0)
			continue;
		r = snapshot_find(
		    s, mib_columns[c].table, suffix + n_prefix, n - n_prefix);
		if (r == NULL || !cell_fill(s, c, r, ret))
			return MIB_NO_INSTANCE;
		return MIB_FOUND;
	}
	return MIB_NO_OBJECT;
}

bool
mib_next(const struct snapshot *s, const uint32_t *suffix, size_t n, bool inclusive,
    struct cell *ret)
{
	for (enum column c = 0; c < COLUMNS; c++) {
		enum table t = mib_columns[c].table;
		uint32_t prefix[MIB_SUFFIX_MAX];
		size_t n_prefix = column_prefix(c, prefix), row = 0;
		int compared = prefix_compare(prefix, n_prefix, suffix, n);

		if (!is_served(c) || compared < 0)
			continue;
		if (compared == 0)
			row = snapshot_seek(
			    s, t, suffix + n_prefix, n - n_prefix, inclusive);
		for (; row < s->n[t]; row++)
			if (cell_fill(s, c, &s->rows[t][row], ret))
				return true;
	}
	return false;
}
