/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONF_LOAD_H
#define CORE_CONF_LOAD_H

/*
 * conf_load - what the steps of one conf_load() share, and how they report.
 *
 *   conf_text -> conf_guard -> libconfig -> conf_schema -> conf_build -> conf_rules
 */
#include <libconfig.h>

#include <edge/conf.h>

#include "conf_table.h"
#include "conf_text.h"

struct conf_load {
	const struct conf_text *text;
	struct diags *diags;
	const config_setting_t *root;
	struct model *model;     /* with its arena */
	struct conf_pool *pools; /* as many as model->pools */
};

/* Where a pool's parts were written: rules speak about lines.  NULL: not written. */
struct conf_pool {
	const config_setting_t *pool;
	const config_setting_t *sides[SIDES];
	const config_setting_t *services[SERVICES]; /* the group; av has it twice */
	const config_setting_t **members;           /* as many as the pool's */
};

/* A message about a setting; NULL is the whole file.  The same message for the same line
 * is given once. */
void conf_load_say(struct conf_load *l, const config_setting_t *at,
    enum diag_severity severity, int rule, const char *format, ...) edge_printf(5, 6);

/* True when the list of messages is full of errors: what comes now would not be shown,
 * and a file that wrong must not cost the time to find all of it. */
bool conf_load_enough(struct conf_load *l);

/* "pool edge.contoso.net: external.access." and the like: what goes before the name of a
 * key of @group; "" at the top level. */
#define CONF_PATH_MAX 420
const char *conf_load_path(const config_setting_t *group, char buf[CONF_PATH_MAX]);

/* The same in two parts, for sentences about the group: "pool edge.contoso.net: " and
 * " in external.access". */
void conf_load_place(
    const config_setting_t *group, char before[CONF_PATH_MAX], char in[CONF_PATH_MAX]);

/* The setting @name of group @g if it is there and its value was right; NULL otherwise.
 * @g may be NULL. */
const config_setting_t *conf_load_valid(const config_setting_t *g, const char *name);
/* The setting if it is there at all, else @g itself: for the line. */
const config_setting_t *conf_load_line(const config_setting_t *g, const char *name);
bool conf_load_written(const config_setting_t *g, const char *name);
void conf_load_mark_bad(config_setting_t *s);
/* A misspelt key counts as the one that was meant, written and bad. */
void conf_load_mark_meant(config_setting_t *s, const struct conf_key *meant);

/* conf_schema.c: every key against the table.  Wrong ones are reported and marked. */
void conf_schema(struct conf_load *l);
/* conf_build.c: fills the model from what is valid.  False: no memory. */
bool conf_build(struct conf_load *l);
/* conf_hash.c: of the effective content. */
bool conf_hash(const struct model *m, uint64_t *ret);
/* conf_rules_*.c: what one pool, or all together, must keep. */
void conf_rules(struct conf_load *l);

#endif
