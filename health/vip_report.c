/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vip_report - lines for the log, conditions of pools, lines of the verb status.
 */
#include "vip_report.h"

#include <assert.h>
#include <stdio.h>

#include <edge/log.h>

#include "report.h"

static void
name_row(const struct vip_row *r, char *text, size_t size)
{
	char services[SERVICES_TEXT_MAX], at[ADDR_PORT_TEXT_MAX];
	const struct listener *l = r->listener;

	services_text(l->services, services, sizeof services);
	snprintf(text, size, "pool %s %s%s through the VIP %s", r->pool->pool->fqdn,
	    l->side == SIDE_INTERNAL ? "internal " : "", services,
	    addr_port_text(&l->addr, l->port, at));
}

void
vip_report_row(const struct vip_row *r, enum vip before)
{
	char who[512], why[REPORT_REASON_MAX * 2];

	name_row(r, who, sizeof who);
	switch (r->view.seen) {
	case VIP_OK:
		if (before == VIP_FAILING)
			log_info("%s: ok", who);
		else
			log_debug("%s: ok", who);
		return;
	case VIP_FAILING:
		report_reason(why, sizeof why, r->view.reason, r->view.detail);
		log_warning(
		    "%s: failing, %s, %d of %d", who, why, r->view.run, r->conf->fall);
		return;
	case VIP_NOT_MEASURED:
		log_debug("%s: not measured, %s", who,
		    r->lack != NULL ? r->lack : "no verdict yet");
		return;
	case VIPS:
		break;
	}
	assert(0 && "a view is one of three");
}

void
vip_report_pool(const struct vip_row *r)
{
	const struct vip_watch *w = r->watch;
	const struct vip_row *apart = NULL, *lacking = NULL;
	char what[512], at[ADDR_PORT_TEXT_MAX];

	for (size_t i = 0; i < w->n; i++) {
		if (w->rows[i].pool != r->pool)
			continue;
		if (w->rows[i].view.disagrees)
			apart = &w->rows[i];
		if (w->rows[i].lack != NULL)
			lacking = &w->rows[i];
	}
	if (apart != NULL)
		snprintf(what, sizeof what, "%s, at %s",
		    condition_text(CONDITION_VIP_DISAGREES),
		    addr_port_text(&apart->listener->addr, apart->listener->port, at));
	conditions_set_pool(
	    r->pool, CONDITION_VIP_DISAGREES, apart != NULL, apart != NULL ? what : NULL);
	if (lacking != NULL)
		snprintf(what, sizeof what, "%s: %s",
		    condition_text(CONDITION_VIP_NOT_MEASURED), lacking->lack);
	conditions_set_pool(r->pool, CONDITION_VIP_NOT_MEASURED, lacking != NULL,
	    lacking != NULL ? what : NULL);
}

void
vip_report_status(const struct vip_watch *w, struct sbuf *to)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct vip_row *r = &w->rows[i];
		char services[SERVICES_TEXT_MAX], at[ADDR_PORT_TEXT_MAX];
		char why[REPORT_REASON_MAX * 2];

		report_reason(why, sizeof why, r->view.reason, r->view.detail);
		sbuf_addf(to, "listener %s %s %s %s probe=%s vip=%s last=%s why=\"%s\"",
		    r->pool->pool->fqdn, side_kind_word(r->listener->side),
		    services_text(r->listener->services, services, sizeof services),
		    addr_port_text(&r->listener->addr, r->listener->port, at),
		    probe_word(r->question.kind), vip_word(r->view.seen),
		    reason_word(r->view.reason), r->lack != NULL ? r->lack : why);
		sbuf_addf(to, " disagrees=%s\n", r->view.disagrees ? "yes" : "no");
	}
}
