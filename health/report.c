/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report - names and reasons as a person reads them in a log.
 */
#include "report.h"

#include <stdio.h>
#include <string.h>

#include "probe/tls.h"

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

static void
detail_text(char *text, size_t size, enum reason reason, uint64_t detail)
{
	text[0] = '\0';
	if (detail == 0)
		return;
	switch (reason_detail_kind(reason)) {
	case REASON_DETAIL_ERRNO:
		snprintf(text, size, " (%s)", strerror((int)detail));
		return;
	case REASON_DETAIL_STUN:
		snprintf(text, size, " (error %u)", (unsigned)detail);
		return;
	case REASON_DETAIL_ALERT:
		snprintf(text, size, " (%s)", tls_alert_text(detail));
		return;
	case REASON_DETAIL_TLS:
		snprintf(text, size, " (%s)", tls_reason_text(detail));
		return;
	case REASON_DETAIL_SIP: /* the text says it: there is only 503 */
	case REASON_DETAIL_NONE:
		return;
	}
}

void
report_reason(char *text, size_t size, enum reason reason, uint64_t detail)
{
	static const char article[] = "the ";
	char more[REPORT_REASON_MAX];
	const char *what = reason_text(reason);

	if (strncmp(what, article, strlen(article)) == 0)
		what += strlen(article);
	detail_text(more, sizeof more, reason, detail);
	snprintf(text, size, "%s%s", what, more);
}
