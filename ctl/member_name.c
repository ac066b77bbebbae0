/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * member_name - see member_name.h.
 */
#include "member_name.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <edge/nearest.h>

static void
tell_several(const struct model *m, const char *name, struct sbuf *why)
{
	const char *comma = "";

	sbuf_addf(why, "several pools have a member '%s': say ", name);
	for (size_t p = 0; p < m->n_pools; p++)
		for (size_t i = 0; i < m->pools[p].n_members; i++) {
			const struct member *member = &m->pools[p].members[i];

			if (strcasecmp(member->name, name) != 0)
				continue;
			sbuf_addf(why, "%s%s", comma, member->full_name);
			comma = " or ";
		}
}

static void
tell_none(const struct model *m, const char *name, struct sbuf *why)
{
	bool full = strchr(name, '/') != NULL;
	const char **names = calloc(m->n_pools * MODEL_MEMBERS_MAX, sizeof *names);
	const char *near = NULL;
	size_t n = 0;

	for (size_t p = 0; names != NULL && p < m->n_pools; p++)
		for (size_t i = 0; i < m->pools[p].n_members; i++)
			names[n++] = full ? m->pools[p].members[i].full_name
					  : m->pools[p].members[i].name;
	if (names != NULL)
		near = nearest(name, names, n);
	sbuf_addf(why, "there is no member '%s'", name);
	if (near != NULL)
		sbuf_addf(why, "; did you mean %s?", near);
	else if (n > 0 && n <= 8)
		for (size_t i = 0; i < n; i++)
			sbuf_addf(why, "%s%s", i == 0 ? "; there are " : ", ", names[i]);
	else
		sbuf_addf(why, "; edgectl status names them all");
	free(names);
}

const struct member *
member_name_find(const struct model *m, const char *name, struct sbuf *why)
{
	const struct member *found = model_member(m, name);
	size_t n = 0;

	if (found != NULL)
		return found;
	for (size_t p = 0; p < m->n_pools; p++)
		for (size_t i = 0; i < m->pools[p].n_members; i++)
			if (strcasecmp(m->pools[p].members[i].name, name) == 0) {
				found = &m->pools[p].members[i];
				n++;
			}
	if (n == 1)
		return found;
	if (n > 1)
		tell_several(m, name, why);
	else
		tell_none(m, name, why);
	return NULL;
}
