/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_ENGINES_H
#define LB_ENGINES_H

/*
 * engines - which engine serves each listener of a configuration.
 *
 * Pure: whether this host can is an argument.  What a service asks of its engine was
 * judged when the configuration was loaded.
 */
#include <stdbool.h>

#include <edge/model.h>
#include <edge/sbuf.h>

/* What the kernel engine is to this configuration. */
enum engines_need {
	ENGINES_RELAY, /* nothing */
	ENGINES_AUTO,  /* it serves what it can; without it the relay does */
	ENGINES_KERNEL /* it must be there */
};

enum engines_need engines_need(const struct model *m);
/* Sets the engine of every listener of @m: relay or kernel.  @why_not: why the kernel
 * engine cannot be had; NULL: it can. */
void engines_settle(struct model *m, const char *why_not);
/* A line for each service with engine = "auto" (the first hundred): who serves it, why,
 * and what that changes. */
void engines_remark(const struct model *m, const char *why_not, struct sbuf *ret);
/* The first that must have the kernel engine; NULL if none. */
const struct listener *engines_first_kernel(const struct model *m);

#endif
