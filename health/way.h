/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_WAY_H
#define EDGE_HEALTH_WAY_H

/*
 * way - "no way to the address": the member's fault, or ours?  Pure.
 *
 * The members of a pool are reached by one way per side and address family.  No way to
 * one of them is that member's matter; no way to any of them is our own route, cable or
 * switch, and evidence against nobody.
 *
 * So such an outcome counts only when a probe of another member, begun since this one is
 * without a way, ended in any other manner - a time-out is another manner.  Until then it
 * is doubted, and the others are asked at once: that settles it within one answer.  With
 * nobody to compare with it counts.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/model.h>

struct way {
	/* By the members' index. */
	bool probed[MODEL_MEMBERS_MAX];
	/* The latest probe that did not end without a way began; INT64_MIN: none. */
	int64_t heard[MODEL_MEMBERS_MAX];
	/* The first one that did, since then, began; INT64_MAX: none. */
	int64_t lost[MODEL_MEMBERS_MAX];
};

void way_init(struct way *w);
/* This member is probed this way. */
void way_add(struct way *w, unsigned member);
/* A probe that began at @began ended with anything else. */
void way_heard(struct way *w, unsigned member, int64_t began);
/* It found no way: true when nothing says that this is the member's own matter. */
bool way_is_ours(struct way *w, unsigned member, int64_t began);

#endif
