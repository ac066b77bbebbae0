/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONF_TABLE_H
#define CORE_CONF_TABLE_H

/*
 * conf_table - edge/tbl/conf_keys.h as data: which keys a group has, and the nearest one
 * to a misspelt name.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conf_group {
#define GROUP(id, ...) CONF_##id,
#include <edge/tbl/conf_keys.h>
	CONF_GROUPS
};

enum conf_type {
	CONF_BOOL,           /* bool */
	CONF_INT,            /* int */
	CONF_COUNT,          /* uint32_t */
	CONF_U16,            /* uint16_t */
	CONF_PORT,           /* uint16_t, 1.. */
	CONF_SECONDS,        /* int64_t of nanoseconds */
	CONF_SHARE,          /* double */
	CONF_TEXT,           /* const char * */
	CONF_LABEL,          /* const char *: letters, digits, hyphens */
	CONF_PATH,           /* const char *: absolute */
	CONF_FQDN,           /* const char *: lower case, no final dot */
	CONF_OID,            /* const char *: dotted numbers */
	CONF_WORD,           /* enum */
	CONF_WORD_FLAG,      /* bool: the second of two words */
	CONF_WORD_TEXT,      /* const char *: one of the words */
	CONF_WORD_SET,       /* uint32_t: a bit per word */
	CONF_ADDR,           /* struct addr */
	CONF_ADDRS,          /* struct addrs */
	CONF_MEMBER_ADDRESS, /* struct member_address: addresses, or a group */
	CONF_ADDR_LIST,      /* const struct addr *, count */
	CONF_PREFIXES,       /* const struct prefix *, count */
	CONF_FQDNS,          /* const char *const *, count */
	CONF_TEXTS,          /* const char *const *, count */
	CONF_ARGV,           /* const char *const *, ended by NULL */
	CONF_GROUP,          /* a group of keys */
	CONF_GROUP_LIST,     /* a list of groups */
};

struct conf_words {
	const char *const *words;
	int n;
};

struct conf_key {
	const char *name;
	uint32_t groups; /* bit per enum conf_group */
	enum conf_type type;
	bool required;
	bool later; /* without effect in this version */
	double low, high;
	const struct conf_words *words;
	const char *fallback; /* see conf_keys.h */
	enum conf_group sub;  /* CONF_GROUP, CONF_GROUP_LIST */
	size_t offset, size;  /* of the field; size 0: none */
	size_t count_offset;  /* of the count that belongs to a pointer */
	const char *text;
};

struct conf_group_info {
	const char *path;
	const char *text;
	size_t size; /* of the struct its values are stored in */
};

extern const struct conf_key conf_keys[];
extern const size_t conf_keys_count;
extern const struct conf_group_info conf_groups[CONF_GROUPS];

/* NULL when @group has no such key. */
const struct conf_key *conf_table_find(enum conf_group group, const char *name);
/* The key of @group nearest to @name; NULL when none is near enough to be meant. */
const struct conf_key *conf_table_nearest(enum conf_group group, const char *name);
/* A key of that name in another group, when there is exactly such a place; or NULL. */
const struct conf_key *conf_table_elsewhere(const char *name, enum conf_group *ret_group);
/* Code of a word, or -1. */
int conf_table_word(const struct conf_words *words, const char *word);

#endif
