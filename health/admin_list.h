/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_ADMIN_LIST_H
#define EDGE_HEALTH_ADMIN_LIST_H

/*
 * admin_list - which members the operator has taken out, as a list and as text.
 *
 *   edgepool admin states 1
 *   draining edge.contoso.net/edge1
 *   disabled edge.contoso.net/edge2
 *
 * Only what is not enabled is listed.  Members that are not configured stay: a slip in
 * the configuration must not put a member that is being repaired back into service.  Nor
 * must another spelling: names are compared without case, as everywhere.
 * Pure.  Text may be anything: it is read with bounds and refused as a whole.
 */
#include <stddef.h>

#include <edge/model.h>
#include <edge/sbuf.h>
#include <edge/state.h>

/* Every member of the largest model, and as many that are gone. */
#define ADMIN_LIST_MAX      (2 * MODEL_POOLS_MAX * MODEL_MEMBERS_MAX)
#define ADMIN_NAME_MAX      (2 * MODEL_NAME_MAX + 1)
#define ADMIN_LIST_TEXT_MAX ((size_t)ADMIN_LIST_MAX * (ADMIN_NAME_MAX + 12) + 64)

struct admin_entry {
	char *full_name; /* "POOL/MEMBER" */
	enum admin admin;
};

struct admin_list {
	struct admin_entry *entries;
	size_t n;
};

void admin_list_fini(struct admin_list *l);
enum admin admin_list_get(const struct admin_list *l, const char *full_name);
/* 0, -ENOMEM, or -ENOSPC when the list is full. */
int admin_list_set(struct admin_list *l, const char *full_name, enum admin admin);

/* 0, or -EBADMSG with "line 3: ..." in @why, or -ENOMEM.  *l is initialised by this and
 * empty on failure. */
int admin_list_parse(
    struct admin_list *l, const char *text, size_t n, char *why, size_t why_size);
void admin_list_write(const struct admin_list *l, struct sbuf *to);

#endif
