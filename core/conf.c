/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf - the steps of loading a configuration, in their order.
 *
 * libconfig sees the text only after conf_guard has accepted it, and only from memory: so
 * it opens no file and reports no error of its own but want of memory.
 */
#include <edge/conf.h>

#include <errno.h>
#include <string.h>

#include "conf_guard.h"
#include "conf_load.h"

/* 64 pools of 20 members come to about 10 MiB. */
#define ARENA_MAX ((size_t)128 << 20)

static struct model *
model_empty(const char *path)
{
	struct arena *arena = arena_new(ARENA_MAX);
	struct model *m = arena != NULL ? arena_alloc(arena, sizeof *m) : NULL;

	if (m == NULL) {
		arena_free(&arena);
		return NULL;
	}
	m->arena = arena;
	m->path = arena_strdup(arena, path);
	return m;
}

/* Listeners, endpoints, ids, hash: only a model without errors has them. */
static void
finish(struct conf_load *l)
{
	const char *clash = "?";
	int err = model_derive(l->model, &clash);

	if (err == -EEXIST)
		conf_load_say(l, NULL, DIAG_ERROR, 0,
		    "\"%s\" has the same number as another object, by a rare accident; "
		    "rename "
		    "its pool or member",
		    clash);
	else if (err != 0 || !conf_hash(l->model, &l->model->hash))
		conf_load_say(l, NULL, DIAG_ERROR, 0, "no memory for the model");
}

static bool
has_errors(const struct conf_load *l)
{
	return l->diags->counts[DIAG_ERROR] > 0;
}

/* From libconfig's tree to the model. */
static void
understand(struct conf_load *l)
{
	conf_schema(l);
	if (conf_load_enough(l))
		return;
	if (!conf_build(l)) {
		conf_load_say(l, NULL, DIAG_ERROR, 0, "no memory for the model");
		return;
	}
	conf_rules(l);
	if (!has_errors(l))
		finish(l);
}

static bool
load(struct conf_text *text, struct model *m, struct diags *diags)
{
	struct conf_load l = {.text = text, .diags = diags, .model = m};
	config_t config;

	if (!conf_guard(text, diags))
		return false;
	config_init(&config);
	if (config_read_string(&config, text->octets) == CONFIG_TRUE) {
		l.root = config_root_setting(&config);
		understand(&l);
	} else {
		const char *file;
		int line;

		conf_text_where(text, config_error_line(&config), &file, &line);
		diags_add(
		    diags, DIAG_ERROR, 0, file, line, "%s", config_error_text(&config));
	}
	config_destroy(&config);
	return !has_errors(&l);
}

bool
conf_load(const char *path, struct model **ret, struct diags *diags)
{
	struct model *m = model_empty(path);
	struct conf_text text = {0};
	bool ok = false;

	if (m == NULL)
		diags_add(diags, DIAG_ERROR, 0, path, 0, "no memory for the model");
	else if (conf_text_read(&text, path, diags))
		ok = load(&text, m, diags);
	diags_sort(diags);
	conf_text_fini(&text);
	if (ok)
		*ret = m;
	else
		model_free(&m);
	return ok;
}

bool
conf_load_said(
    const char *path, enum diag_severity least, struct model **ret, struct sbuf *said)
{
	struct diags diags;
	bool ok;

	diags_init(&diags);
	ok = conf_load(path, ret, &diags);
	diags_text(&diags, least, said);
	diags_fini(&diags);
	return ok;
}
