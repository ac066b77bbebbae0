/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verbs - status, certificates, reload, drain, enable, disable, probe-now.
 */
#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <edge/base.h>
#include <edge/clock.h>
#include <edge/log.h>

#include "certificate_report.h"
#include "daemon.h"
#include "pool_decide.h"
#include "report.h"
#include "status.h"

/* "POOL/NAME", or a NAME that only one pool has.  NULL after ctl_fail(). */
static const struct member *
named_member(const struct daemon *d, struct ctl_request *req)
{
	const struct member *found = model_member(d->model, req->argv[1]);
	size_t n = 0;

	if (found != NULL)
		return found;
	for (size_t p = 0; p < d->model->n_pools; p++)
		for (size_t m = 0; m < d->model->pools[p].n_members; m++) {
			const struct member *member = &d->model->pools[p].members[m];

			if (strcasecmp(member->name, req->argv[1]) != 0)
				continue;
			found = member;
			n++;
		}
	if (n == 0)
		ctl_fail(req, "there is no member '%s'; edgectl status names them all",
		    req->argv[1]);
	else if (n > 1)
		ctl_fail(req, "%zu pools have a member '%s': say POOL/%s", n,
		    req->argv[1], req->argv[1]);
	return n == 1 ? found : NULL;
}

/* Who was down and waits for the operator need not any more. */
static void
resume(struct daemon *d, struct ctl_request *req, const struct member *m, const char *who)
{
	unsigned n = pool_watch_resume(prober_pool(d->prober, m->pool), m);

	if (n == 0)
		return;
	sbuf_addf(req->out, "%s: %u endpoints that waited may return\n", m->full_name, n);
	log_info("member %s: %u endpoints that waited may return, by uid %u", who, n,
	    (unsigned)req->uid);
}

static void
set_admin(struct daemon *d, struct ctl_request *req, enum admin admin)
{
	const struct member *m = named_member(d, req);
	char who[REPORT_NAME_MAX];
	enum admin before;
	int err;

	if (m == NULL)
		return;
	before = admin_list_get(&d->admin.list, m->full_name);
	err = admin_store_set(&d->admin, m->full_name, admin);
	if (err != 0) {
		ctl_fail(req, "%s cannot be written: %s; nothing was changed",
		    d->admin.path, strerror(-err));
		return;
	}
	sbuf_addf(req->out, "%s: %s -> %s\n", m->full_name, admin_word(before),
	    admin_word(admin));
	report_member(who, sizeof who, m);
	if (admin == ADMIN_ENABLED)
		resume(d, req, m, who);
	if (before == admin)
		return;
	log_info("member %s: %s -> %s, by uid %u", who, admin_word(before),
	    admin_word(admin), (unsigned)req->uid);
	pool_decide(prober_pool(d->prober, m->pool));
}

static void
run_drain(void *owner, struct ctl_request *req)
{
	set_admin(owner, req, ADMIN_DRAINING);
}

static void
run_enable(void *owner, struct ctl_request *req)
{
	set_admin(owner, req, ADMIN_ENABLED);
}

static void
run_disable(void *owner, struct ctl_request *req)
{
	set_admin(owner, req, ADMIN_DISABLED);
}

static void
run_probe_now(void *owner, struct ctl_request *req)
{
	struct daemon *d = owner;
	const struct member *m = named_member(d, req);
	struct pool_watch *w;
	unsigned n = 0;

	if (m == NULL)
		return;
	w = prober_pool(d->prober, m->pool);
	for (size_t i = 0; i < w->n_targets; i++)
		if (w->targets[i].endpoint->member == m)
			n += target_probe_now(&w->targets[i]);
	sbuf_addf(req->out, "%s: %u probes begin now\n", m->full_name, n);
}

static void
run_reload(void *owner, struct ctl_request *req)
{
	if (!daemon_reload(owner, req->out))
		ctl_fail(req, "the configuration is not usable; the one before stays");
}

static void
run_certificates(void *owner, struct ctl_request *req)
{
	struct daemon *d = owner;
	const struct member *only = NULL;

	if (req->argc > 1 && (only = named_member(d, req)) == NULL)
		return;
	certificate_report(d->prober, only, clock_wall_s(), req->out);
}

static void
run_status(void *owner, struct ctl_request *req)
{
	status_write(owner, req->out);
}

const struct ctl_verb health_verbs[] = {
    {"status", CTL_READ, 0, 0, run_status, "status: every endpoint and its last probe"},
    {"certificates", CTL_READ, 0, 1, run_certificates,
	"certificates [MEMBER]: what each endpoint showed, names and all"},
    {"reload", CTL_RELOAD, 0, 0, run_reload, "reload: read the configuration anew"},
    {"drain", CTL_OPERATE, 1, 1, run_drain, "drain MEMBER: no new sessions"},
    {"enable", CTL_OPERATE, 1, 1, run_enable, "enable MEMBER: back into service"},
    {"disable", CTL_OPERATE, 1, 1, run_disable, "disable MEMBER: out of service at once"},
    {"probe-now", CTL_OPERATE, 1, 1, run_probe_now, "probe-now MEMBER: probe it at once"},
};
const size_t health_verbs_count = countof(health_verbs);
