/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outputs - every file this process keeps.
 */
#include "outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/id.h>

#include "zone_text.h"

static bool
serves(const struct dns_target *t, const struct zone *z)
{
	return t->kind == TARGET_FILE && strcmp(t->view, z->view) == 0 &&
	       strcmp(t->zone, z->name) == 0;
}

static int
name_output(
    struct output *o, const struct zone *z, const struct dns_target *t, bool first)
{
	char full_name[2 * MODEL_NAME_MAX];

	if (asprintf(&o->name, "%s/%s%s%s", z->view, z->name, first ? "" : "/",
		first ? "" : t->name) < 0) {
		o->name = NULL;
		return -ENOMEM;
	}
	snprintf(full_name, sizeof full_name, "zone %s", o->name);
	o->id = id_of(full_name);
	return 0;
}

static int
place_output(struct output *o, const struct zone *z, const char *state_dir)
{
	char *path;
	int err;

	if (o->target != NULL && o->target->path != NULL)
		return publish_file_init(&o->file, o->target->path);
	if (asprintf(&path, "%s/dns/%s/%s.zone", state_dir, z->view, z->name) < 0)
		return -ENOMEM;
	err = publish_file_init(&o->file, path);
	if (err == 0)
		err = publish_file_make_dirs(&o->file, state_dir);
	free(path);
	return err;
}

static int
output_init(struct output *o, const struct zone *z, size_t zone,
    const struct dns_target *t, bool first, const char *state_dir)
{
	int err;

	*o = (struct output){.zone = zone, .target = t, .row = BOARD_NO_ROW};
	settle_init(&o->settle);
	warmup_init(&o->warmup);
	sbuf_init(&o->want, ZONE_TEXT_MAX);
	/* We cannot know whether the last change reached the name server before we were
	 * started: telling it once more costs little. */
	o->reload_due = t != NULL && t->reload != NULL;
	err = name_output(o, z, t, first);
	return err == 0 ? place_output(o, z, state_dir) : err;
}

static void
output_fini(struct output *o)
{
	free(o->name);
	free(o->text);
	publish_file_fini(&o->file);
	sbuf_fini(&o->want);
}

/* The outputs of one zone: its targets' files, else the default place. */
static bool
add_zone(struct outputs *o, const struct model *m, const struct zone *z, size_t zone,
    const char *state_dir, char *why, size_t size)
{
	bool first = true;

	for (size_t t = 0; t <= m->dns.n_targets; t++) {
		const struct dns_target *target =
		    t < m->dns.n_targets ? &m->dns.targets[t] : NULL;
		struct output *out = &o->list[o->n];
		int err;

		if (target == NULL ? !first : !serves(target, z))
			continue;
		o->n++;
		err = output_init(out, z, zone, target, first, state_dir);
		first = false;
		if (err == 0)
			continue;
		snprintf(why, size, "zone %s/%s: %s: %s", z->view, z->name,
		    target != NULL && target->path != NULL ? target->path : state_dir,
		    strerror(-err));
		return false;
	}
	return true;
}

/* A view's name becomes a directory's; the configuration allows nothing worse than
 * letters, digits and hyphens, and this does not take its word for it. */
static bool
views_fit(const struct model *m, char *why, size_t size)
{
	for (size_t i = 0; i < m->dns.n_views; i++) {
		const char *name = m->dns.views[i].name;

		if (*name == '\0' || strchr(name, '/') != NULL ||
		    strchr(name, '.') != NULL) {
			snprintf(why, size, "view '%s': its name must do for a directory",
			    name);
			return false;
		}
	}
	return true;
}

static int
compare_paths(const void *a, const void *b)
{
	const struct output *const *x = a, *const *y = b;

	return strcmp((*x)->file.path, (*y)->file.path);
}

/* Two writers of one file would replace each other's text for ever. */
static bool
paths_differ(const struct outputs *o, char *why, size_t size)
{
	const struct output **sorted = calloc(o->n + 1, sizeof *sorted);
	bool differ = true;

	if (sorted == NULL) {
		snprintf(why, size, "%s", strerror(ENOMEM));
		return false;
	}
	for (size_t i = 0; i < o->n; i++)
		sorted[i] = &o->list[i];
	qsort(sorted, o->n, sizeof *sorted, compare_paths);
	for (size_t i = 1; i < o->n && differ; i++)
		if (strcmp(sorted[i - 1]->file.path, sorted[i]->file.path) == 0) {
			snprintf(why, size, "%s and %s have the same file %s",
			    sorted[i - 1]->name, sorted[i]->name, sorted[i]->file.path);
			differ = false;
		}
	free(sorted);
	return differ;
}

bool
outputs_init(struct outputs *o, const struct model *m, const struct plan *plan,
    const char *state_dir, char *why, size_t size)
{
	*o = (struct outputs){0};
	if (!views_fit(m, why, size))
		return false;
	o->list = calloc(plan->n_zones + m->dns.n_targets + 1, sizeof *o->list);
	if (o->list == NULL) {
		snprintf(why, size, "%s", strerror(ENOMEM));
		return false;
	}
	for (size_t z = 0; z < plan->n_zones; z++)
		if (!add_zone(o, m, &plan->zones[z], z, state_dir, why, size))
			goto fail;
	if (paths_differ(o, why, size))
		return true;
fail:
	outputs_fini(o);
	return false;
}

void
outputs_fini(struct outputs *o)
{
	for (size_t i = 0; i < o->n; i++)
		output_fini(&o->list[i]);
	free(o->list);
	*o = (struct outputs){0};
}

void
outputs_adopt(struct outputs *o, const struct outputs *old)
{
	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; k < old->n; k++) {
			struct output *to = &o->list[i];
			const struct output *from = &old->list[k];

			if (to->id != from->id ||
			    strcmp(to->file.path, from->file.path) != 0)
				continue;
			to->settle = from->settle;
			to->warmup = from->warmup;
			to->error = from->error;
			to->reload_due = from->reload_due && to->reload_due;
			to->reload_not_before_ns = from->reload_not_before_ns;
		}
}

struct board_row_spec *
outputs_rows(const struct outputs *o, size_t *ret_n)
{
	struct board_row_spec *rows = calloc(o->n + 1, sizeof *rows);

	if (rows == NULL)
		return NULL;
	rows[0] = (struct board_row_spec){.id = BOARD_PROCESS_ID, .kind = ROW_PROCESS};
	for (size_t i = 0; i < o->n; i++)
		rows[i + 1] =
		    (struct board_row_spec){.id = o->list[i].id, .kind = ROW_ZONE};
	*ret_n = o->n + 1;
	return rows;
}
