/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dns_ctl - the verbs of the control socket.
 */
#include "dns_ctl.h"

#include <edge/base.h>
#include <edge/log.h>

static void
verb_status(void *owner, struct ctl_request *req)
{
	const struct dns_ctl *c = owner;

	publisher_status(c->publisher, req->out);
	sbuf_addf(req->out, "log lines lost %llu\n", (unsigned long long)log_dropped());
}

static void
verb_plan(void *owner, struct ctl_request *req)
{
	const struct dns_ctl *c = owner;

	publisher_plan(c->publisher, req->out);
}

static void
verb_show(void *owner, struct ctl_request *req)
{
	const struct dns_ctl *c = owner;

	if (!publisher_show(c->publisher, req->argc > 1 ? req->argv[1] : NULL, req->out))
		ctl_fail(req, "no zone '%s': see 'status' for their names", req->argv[1]);
}

static void
verb_reload(void *owner, struct ctl_request *req)
{
	const struct dns_ctl *c = owner;

	if (!c->reload(c->owner, req->out))
		ctl_fail(req, "the configuration before stays in effect");
}

const struct ctl_verb dns_ctl_verbs[] = {
    {"status", CTL_READ, 0, 0, verb_status,
	"status: every zone, its file and its records"},
    {"plan", CTL_READ, 0, 0, verb_plan, "plan: what would be written, as differences"},
    {"show", CTL_READ, 0, 1, verb_show, "show [VIEW/ZONE]: the texts as they are"},
    {"reload", CTL_RELOAD, 0, 0, verb_reload, "reload: read the configuration again"},
};
const size_t dns_ctl_count = countof(dns_ctl_verbs);
