/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status - one line of keys per process, pool, member and endpoint.
 */
#include "status.h"

#include <stdio.h>
#include <time.h>

#include <edge/clock.h>
#include <edge/log.h>

#include "bound.h"
#include "daemon.h"
#include "report.h"
#include "vip_report.h"

static double
milliseconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_MS;
}

static void
write_certificate(const struct tls_facts *f, struct sbuf *to)
{
	char day[16] = "-";
	time_t at = (time_t)f->not_after_s;
	struct tm tm;

	if (f->version != 0)
		sbuf_addf(to, " tls=\"%s\"", tls_word((uint64_t)f->version));
	if (!f->has_certificate)
		return;
	if (gmtime_r(&at, &tm) != NULL)
		strftime(day, sizeof day, "%Y-%m-%d", &tm);
	sbuf_addf(to, " certificate-until=%s sha256=", day);
	for (size_t i = 0; i < sizeof f->sha256; i++)
		sbuf_addf(to, "%02x", f->sha256[i]);
}

static void
write_last(const struct target *t, struct sbuf *to)
{
	const struct outcome *o = &t->last;
	char text[ADDR_PORT_TEXT_MAX], why[REPORT_REASON_MAX * 2];

	report_reason(why, sizeof why, o->reason, o->detail);
	sbuf_addf(to, " last=%s latency-ms=%.1f why=\"%s\"", reason_word(o->reason),
	    milliseconds(o->latency_ns), why);
	if (o->sip_status != 0)
		sbuf_addf(to, " sip=%d", o->sip_status);
	if (o->next_hop != NEXT_HOP_UNASKED)
		sbuf_addf(to, " next-hop=%s register=%d", next_hop_word(o->next_hop),
		    o->register_status);
	if (o->diagnostics != 0)
		sbuf_addf(to, " diagnostics=%u", o->diagnostics);
	if (o->said[0] != '\0')
		sbuf_addf(to, " said=\"%s\"", o->said);
	if (o->server_major != 0)
		sbuf_addf(to, " server=RTC/%u", o->server_major);
	if (addr_present(&o->alternate))
		sbuf_addf(to, " alternate=%s",
		    addr_port_text(&o->alternate, o->alternate_port, text));
	if (addr_present(&o->mapped))
		sbuf_addf(
		    to, " mapped=%s", addr_port_text(&o->mapped, o->mapped_port, text));
	write_certificate(&o->tls, to);
}

static void
write_sentinel(const struct pool_sentinel *p, int64_t now, struct sbuf *to)
{
	const struct sentinel_plan *plan = &p->sentinel.plan;

	if (p->target == NULL)
		return;
	sbuf_addf(to, " sentinel=%s alarms=%llu", sentinel_word(&p->sentinel),
	    (unsigned long long)p->sentinel.alarms);
	if (plan->life != 0)
		sbuf_addf(to, " lifetime-ms=%.0f", milliseconds(plan->life));
	if (plan->phase == SENTINEL_RESTING)
		sbuf_addf(to, " opens-ms=%.0f", milliseconds(plan->due - now));
}

static void
write_course(const struct target *t, struct sbuf *to)
{
	const struct course *c = &t->course;
	int64_t now = t->pulse->now;

	sbuf_addf(to, " bound-ms=%.0f next-ms=%.0f",
	    milliseconds(bound_ns(t->question.kind, t->conf)),
	    target_is_probing(t) ? 0.0 : milliseconds(c->due - now));
	if (c->history.tally > 0)
		sbuf_addf(to, " failures=%d", c->history.tally);
	if (course_is_held(c, now))
		sbuf_addf(to, " held-ms=%.0f awaits-operator=%s",
		    flap_holds(&c->flap, now) ? milliseconds(c->flap.held_until - now)
					      : 0.0,
		    c->awaits_resume ? "yes" : "no");
}

static void
write_target(
    const struct daemon *d, const struct pool_watch *w, size_t i, struct sbuf *to)
{
	char services[SERVICES_TEXT_MAX], at[ADDR_PORT_TEXT_MAX];
	const struct target *t = &w->targets[i];
	const struct endpoint *e = t->endpoint;

	sbuf_addf(to,
	    "endpoint %s %s %s %s probe=%s state=\"%s\" health=%s reason=%s run=%d",
	    e->member->full_name, side_kind_word(e->side),
	    services_text(e->services, services, sizeof services),
	    addr_port_text(&e->addr, e->port, at), probe_word(t->question.kind),
	    state_summary(&t->state), health_word(t->state.health),
	    reason_word(t->state.reason), t->course.history.run);
	if (target_is_probed(t))
		write_course(t, to);
	if (t->last.reason != REASON_NONE)
		write_last(t, to);
	write_sentinel(&w->sentinels[i], d->pulse.now, to);
	conditions_write(w, t->row, to);
	sbuf_addf(to, "\n");
}

static void
write_pool(const struct daemon *d, const struct pool_watch *w, struct sbuf *to)
{
	unsigned panic = 0;

	for (unsigned g = 0; g < w->n_groups; g++)
		panic += w->groups[g].panic;
	sbuf_addf(to, "pool %s members=%zu panic=%u local-faults=%llu", w->pool->fqdn,
	    w->pool->n_members, panic, (unsigned long long)w->local_faults);
	conditions_write(w, w->row, to);
	sbuf_addf(to, "\n");
	for (size_t m = 0; m < w->pool->n_members; m++) {
		sbuf_addf(to, "member %s state=\"%s\" health=%s admin=%s",
		    w->pool->members[m].full_name, state_summary(&w->members[m]),
		    health_word(w->members[m].health), admin_word(w->members[m].admin));
		conditions_write(w, w->member_rows[m], to);
		sbuf_addf(to, "\n");
	}
	for (size_t i = 0; i < w->n_targets; i++)
		write_target(d, w, i, to);
}

void
status_write(const struct daemon *d, struct sbuf *to)
{
	const struct lag *l = &d->pulse.lag;
	const struct lateness *late = &d->pulse.lateness;

	sbuf_addf(to,
	    "edge-health conf=%s hash=%016llx up-s=%lld reloads=%u lost-ms=%.0f "
	    "lost-times=%llu lost-worst-ms=%.0f begun=%llu late=%llu late-p999-ms=%.0f "
	    "late-worst-ms=%.1f log-dropped=%llu\n",
	    d->model->path, (unsigned long long)d->model->hash,
	    (long long)((clock_boot_ns() - d->started) / NS_PER_S), d->reloads,
	    milliseconds(l->total_ns), (unsigned long long)l->times,
	    milliseconds(l->worst_ns), (unsigned long long)late->probes,
	    (unsigned long long)late->late,
	    milliseconds(lateness_quantile_ns(late, 0.999)), milliseconds(late->worst_ns),
	    (unsigned long long)log_dropped());
	for (size_t i = 0; i < d->prober->n_pools; i++)
		write_pool(d, d->prober->pools[i], to);
	if (d->vip != NULL)
		vip_report_status(d->vip, to);
}
