/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_MEMBER_NAME_H
#define CTL_MEMBER_NAME_H

/*
 * member_name - which member somebody means: "edge1" or "edge.contoso.net/edge1".  Pure.
 */
#include <edge/model.h>
#include <edge/sbuf.h>

/* The member, or NULL with one line in @why: none, with the nearest; or several, with
 * all of them. */
const struct member *
member_name_find(const struct model *m, const char *name, struct sbuf *why);

#endif
