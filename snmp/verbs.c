/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verbs - what edge-snmp's control socket understands.
 */
#include <stdio.h>
#include <stdlib.h>

#include <edge/base.h>
#include <edge/clock.h>
#include <edge/log.h>
#include <systemd.h>

#include "publisher.h"

static void
status_boards(const struct snapshot *s, struct sbuf *out)
{
	for (enum board_kind b = 0; b < BOARDS; b++) {
		const struct board_look *l = &s->boards[b];

		if (!l->present)
			sbuf_addf(out, "board %s: not found\n", snapshot_boards[b]->name);
		else
			sbuf_addf(out,
			    "board %s: %s, %lld ms old, configuration %016llx\n",
			    snapshot_boards[b]->name, l->stale ? "stale" : "fresh",
			    (long long)(l->age_ns / NS_PER_MS),
			    (unsigned long long)l->conf_hash);
	}
}

static void
verb_status(void *owner, struct ctl_request *req)
{
	const struct publisher *p = owner;
	const struct snmp_conf *conf = &p->model->snmp;
	const struct notify_stats n = notify_queue_stats(p->queue);
	struct sbuf *out = req->out;

	sbuf_addf(out, "enabled: %s\n", conf->enabled ? "yes" : "no, by snmp.enabled");
	sbuf_addf(out, "configuration: %016llx\n", (unsigned long long)p->model->hash);
	if (p->agent != NULL) {
		sbuf_addf(out, "master agent: %s, %s, taken %llu times\n", conf->agentx,
		    agent_is_connected(p->agent) ? "connected" : "away",
		    (unsigned long long)agent_connects(p->agent));
		sbuf_addf(out, "place: %s%s\n", conf->base_oid,
		    agent_is_refused(p->agent) ? " REFUSED: another subagent has it"
					       : "");
		sbuf_addf(
		    out, "set: %s\n", conf->set ? "allowed" : "not allowed, by snmp.set");
	}
	status_boards(p->snapshot, out);
	sbuf_addf(out, "rows: %zu pools, %zu members, %zu listeners, %zu endpoints\n",
	    p->snapshot->n[TABLE_POOL], p->snapshot->n[TABLE_MEMBER],
	    p->snapshot->n[TABLE_LISTENER], p->snapshot->n[TABLE_ENDPOINT]);
	sbuf_addf(out,
	    "notifications: last %u, sent %llu, queued %llu, suppressed %llu\n", n.last,
	    (unsigned long long)n.sent, (unsigned long long)n.queued,
	    (unsigned long long)n.suppressed);
	sbuf_addf(out, "log lines lost %llu\n", (unsigned long long)log_dropped());
}

static void
verb_reload(void *owner, struct ctl_request *req)
{
	struct publisher *p = owner;
	struct diags diags;

	systemd_reloading();
	diags_init(&diags);
	if (publisher_reload(p, &diags))
		sbuf_addf(req->out, "configuration: %016llx%s\n",
		    (unsigned long long)p->model->hash,
		    p->restart ? ", starting anew in place" : "");
	else
		ctl_fail(req, "the configuration is bad, the old one stays");
	diags_text(&diags, DIAG_NOTE, req->out);
	diags_fini(&diags);
	systemd_ready();
}

const struct ctl_verb publisher_verbs[] = {
    {"status", CTL_READ, 0, 0, verb_status, "status: master, boards, notifications"},
    {"reload", CTL_RELOAD, 0, 0, verb_reload, "reload: load the configuration anew"},
};
const size_t publisher_verbs_count = countof(publisher_verbs);
