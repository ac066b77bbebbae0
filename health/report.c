/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report - names as a person reads them in a log.
 */
#include "report.h"

#include <stdio.h>

void
report_member(char *text, size_t size, const struct member *m)
{
	const char *name = m->pool->model->n_pools > 1 ? m->full_name : m->name;

	snprintf(text, size, "%s", name);
}

void
report_endpoint(char *text, size_t size, const struct endpoint *e)
{
	char services[SERVICES_TEXT_MAX];
	const char *name =
	    e->member->pool->model->n_pools > 1 ? e->member->full_name : e->member->name;

	services_text(e->services, services, sizeof services);
	snprintf(text, size, "%s %s%s", name, e->side == SIDE_INTERNAL ? "internal " : "",
	    services);
}
