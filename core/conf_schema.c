/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_schema - walks the settings against the key table: unknown names, types, ranges,
 * required keys, and keys that have no effect yet.
 *
 * A setting that is wrong is marked, so that later steps treat it as absent and do not
 * report what merely follows from it.  Inside a group that has no effect yet, that is not
 * said again for each key.
 */
#include <string.h>

#include "conf_load.h"
#include "conf_phrase.h"
#include "conf_value.h"

static void
say_unknown(struct conf_load *l, config_setting_t *s, enum conf_group group)
{
	const char *name = config_setting_name(s);
	char before[CONF_PATH_MAX], in[CONF_PATH_MAX];
	const struct conf_key *near;
	enum conf_group other;

	if (conf_load_enough(l))
		return;
	near = conf_table_nearest(group, name);
	conf_load_place(config_setting_parent(s), before, in);
	if (near != NULL)
		conf_load_say(l, s, DIAG_ERROR, 0,
		    "%sunknown key \"%s\"%s; did you mean \"%s\"?", before, name, in,
		    near->name);
	else if (conf_table_elsewhere(name, &other) == NULL)
		conf_load_say(l, s, DIAG_ERROR, 0,
		    "%sunknown key \"%s\"%s; remove it (edgectl keys lists all keys)",
		    before, name, in);
	else
		conf_load_say(l, s, DIAG_ERROR, 0,
		    "%sunknown key \"%s\"%s; it belongs %s%s", before, name, in,
		    other == CONF_TOP ? "at the top level of the file" : "in ",
		    conf_groups[other].path);
	if (near != NULL)
		conf_load_mark_meant(s, near);
}

static void
walk(struct conf_load *l, const config_setting_t *g, enum conf_group group, bool quiet);

static void
walk_list(struct conf_load *l, config_setting_t *s, const struct conf_key *k, bool quiet)
{
	char path[CONF_PATH_MAX];
	int n = config_setting_length(s);

	if (n == 0 && k->required) {
		conf_load_say(l, s, DIAG_ERROR, 0,
		    "%s%s is empty: at least one is needed; write %s = ( { ... } )",
		    conf_load_path(config_setting_parent(s), path), k->name, k->name);
		conf_load_mark_bad(s);
	}
	for (int i = 0; i < n; i++) {
		config_setting_t *e = config_setting_get_elem(s, (unsigned)i);

		if (conf_load_enough(l))
			return;
		if (config_setting_is_group(e)) {
			walk(l, e, k->sub, quiet);
			continue;
		}
		conf_load_say(l, e, DIAG_ERROR, 0,
		    "%s%s has an element that is no group; write %s = ( { ... }, { ... } "
		    ")",
		    conf_load_path(config_setting_parent(s), path), k->name, k->name);
		conf_load_mark_bad(e);
	}
}

static void
walk_key(struct conf_load *l, config_setting_t *s, const struct conf_key *k, bool quiet)
{
	struct conf_value value;
	struct conf_why why;
	char path[CONF_PATH_MAX];

	if (conf_load_enough(l))
		return;
	if (!conf_value_read(k, s, l->model->arena, &value, &why)) {
		conf_load_say(l, s, DIAG_ERROR, why.rule, "%s%s %s",
		    conf_load_path(config_setting_parent(s), path), k->name, why.text);
		conf_load_mark_bad(s);
		return;
	}
	if (k->later && !quiet)
		conf_load_say(l, s, DIAG_NOTE, 0,
		    "%s%s is not yet in effect in this version",
		    conf_load_path(config_setting_parent(s), path), k->name);
	if (k->type == CONF_GROUP)
		walk(l, s, k->sub, quiet || k->later);
	else if (k->type == CONF_GROUP_LIST)
		walk_list(l, s, k, quiet || k->later);
	else if (k->type == CONF_MEMBER_ADDRESS && config_setting_is_group(s))
		walk(l, s, CONF_ADDRESS, quiet);
}

/* A side without "balancing" is left to rule R1, which says more. */
static void
check_required(struct conf_load *l, const config_setting_t *g, enum conf_group group)
{
	char before[CONF_PATH_MAX], in[CONF_PATH_MAX], takes[256], example[160];

	if (conf_load_enough(l))
		return;
	conf_load_place(g, before, in);
	for (size_t i = 0; i < conf_keys_count; i++) {
		const struct conf_key *k = &conf_keys[i];

		if (!(k->groups & 1u << group) || !k->required ||
		    conf_load_written(g, k->name) ||
		    (group == CONF_POOL &&
			(k->sub == CONF_EXTERNAL || k->sub == CONF_INTERNAL)) ||
		    strcmp(k->name, "balancing") == 0)
			continue;
		conf_load_say(l, config_setting_is_root(g) ? NULL : g, DIAG_ERROR, 0,
		    "%s\"%s\" is missing%s: it takes %s; write %s", before, k->name, in,
		    conf_phrase_takes(k, takes, sizeof takes),
		    conf_phrase_example(k, example, sizeof example));
	}
}

static void
walk(struct conf_load *l, const config_setting_t *g, enum conf_group group, bool quiet)
{
	for (int i = 0; i < config_setting_length(g); i++) {
		config_setting_t *s = config_setting_get_elem(g, (unsigned)i);
		const struct conf_key *k = conf_table_find(group, config_setting_name(s));

		if (k == NULL)
			say_unknown(l, s, group);
		else
			walk_key(l, s, k, quiet);
	}
	check_required(l, g, group);
}

void
conf_schema(struct conf_load *l)
{
	walk(l, l->root, CONF_TOP, false);
}
