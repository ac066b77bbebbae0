/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_reason - see report_reason.h.
 */
#include "report_reason.h"

#include <stdio.h>
#include <string.h>

#include "tls.h"

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
	case REASON_DETAIL_EXIT:
		snprintf(text, size, " (exit %u)", (unsigned)detail);
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
