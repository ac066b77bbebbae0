/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * endpoint_lines - see endpoint_lines.h.
 *
 *   edge1 up, 2h 04m ago
 *     131.107.155.10:443  sip 4.2ms, 1s ago, 3604 probes, 2 failed, 40 sessions of 512
 *     detects within 5.5s; 12 good in a row; TLS 1.2; RTC/5; certificate 42d; sentinel
 */
#include "endpoint_lines.h"

#include <inttypes.h>
#include <stdio.h>

#include <edge/certificate.h>
#include <edge/clock.h>

#include "status_text.h"
#include "units.h"

#define LINE_MAX_OCTETS 512

static void
add_probe(struct sbuf *line, const struct picture *p, const struct picture_endpoint *pe)
{
	int64_t age = p->now_boot_ns - (int64_t)pe->health[HEALTH_FIELD_LAST_PROBE];
	char latency[UNITS_MAX], when[UNITS_MAX];

	if (pe->endpoint->service->probe == PROBE_NONE)
		sbuf_addf(line, "not probed");
	else if (pe->health[HEALTH_FIELD_PROBES] == 0)
		sbuf_addf(line, "not probed yet");
	else
		sbuf_addf(line, "%s %s, %s ago, %" PRIu64 " probe%s, %" PRIu64 " failed",
		    probe_word(pe->endpoint->service->probe),
		    units_latency((int64_t)pe->health[HEALTH_FIELD_LATENCY], latency),
		    units_age(age / NS_PER_S, when), pe->health[HEALTH_FIELD_PROBES],
		    pe->health[HEALTH_FIELD_PROBES] == 1 ? "" : "s",
		    pe->health[HEALTH_FIELD_FAILURES]);
}

static void
add_traffic(struct sbuf *line, const struct picture_endpoint *pe)
{
	const struct pool *pool = pe->endpoint->member->pool;
	char in[UNITS_MAX], out[UNITS_MAX];

	if (!pe->has_lb || pool->sides[SIDE_EXTERNAL].balancing != BALANCING_HARDWARE)
		return;
	sbuf_addf(line, ", %" PRIu64 " sessions of %" PRIu64 ", in %s, out %s",
	    pe->lb[LB_FIELD_SESSIONS], pe->lb[LB_FIELD_SESSIONS_TOTAL],
	    units_octets(pe->lb[LB_FIELD_OCTETS_IN], in),
	    units_octets(pe->lb[LB_FIELD_OCTETS_OUT], out));
}

static bool
is_good(enum reason r)
{
	return r == REASON_OK || r == REASON_PRIVATE_ALTERNATE;
}

static void
add_course(struct sbuf *line, const struct picture *p, const struct picture_endpoint *pe)
{
	const uint64_t *h = pe->health;
	int64_t held = (int64_t)h[HEALTH_FIELD_HELD_UNTIL] - p->now_boot_ns;
	enum reason last = (enum reason)h[HEALTH_FIELD_LAST_REASON];
	char text[UNITS_MAX], why[REASON_TEXT_MAX];

	if (h[HEALTH_FIELD_DETECT_BOUND] > 0)
		sbuf_addf(line, "; detects within %s",
		    units_latency((int64_t)h[HEALTH_FIELD_DETECT_BOUND], text));
	if (h[HEALTH_FIELD_RUN] > 0)
		sbuf_addf(line, "; %" PRIu64 " %s in a row", h[HEALTH_FIELD_RUN],
		    is_good(last) ? "good" : "bad");
	/* what the state's reason does not say already */
	if (h[HEALTH_FIELD_PROBES] > 0 && last != pe->state.reason && !is_good(last))
		sbuf_addf(line, ", the last: %s",
		    status_reason_text(last, h[HEALTH_FIELD_LAST_DETAIL], why));
	if (h[HEALTH_FIELD_TALLY] > 0 && pe->state.health != HEALTH_DOWN)
		sbuf_addf(line, "; failures: %" PRIu64 " of %d", h[HEALTH_FIELD_TALLY],
		    pe->endpoint->service->health.fall);
	if (held > 0)
		sbuf_addf(
		    line, "; held down for %s more", units_age(held / NS_PER_S, text));
	if (status_awaits_operator(pe))
		sbuf_addf(line, "; stays out until edgectl enable");
}

static void
add_peer(struct sbuf *line, const struct picture *p, const struct picture_endpoint *pe)
{
	const uint64_t *h = pe->health;
	int64_t until = (int64_t)h[HEALTH_FIELD_CERT_UNTIL];

	if (h[HEALTH_FIELD_TLS_VERSION] >= 0x0301)
		sbuf_addf(
		    line, "; TLS 1.%u", (unsigned)h[HEALTH_FIELD_TLS_VERSION] - 0x0301);
	if (h[HEALTH_FIELD_SERVER_VERSION] > 0)
		sbuf_addf(line, "; RTC/%" PRIu64, h[HEALTH_FIELD_SERVER_VERSION]);
	if (until != 0 && p->now_wall_s >= until)
		sbuf_addf(line, "; certificate ended");
	else if (until != 0)
		sbuf_addf(line, "; certificate %" PRId64 "d",
		    certificate_days(until, p->now_wall_s));
	if (h[HEALTH_FIELD_SENTINEL] > 0)
		sbuf_addf(line, "; %s",
		    h[HEALTH_FIELD_SENTINEL] > 1 ? "sentinel" : "sentinel not connected");
}

/* On one line if there is room for it, else on two. */
static void
known_lines(struct grid *g, unsigned indent, const struct picture *p,
    const struct picture_endpoint *pe)
{
	struct sbuf line, more;

	sbuf_init(&line, LINE_MAX_OCTETS);
	sbuf_init(&more, LINE_MAX_OCTETS);
	add_course(&line, p, pe);
	add_peer(&more, p, pe);
	if (indent + line.length + more.length - 2 <= STATUS_WIDTH) {
		sbuf_addf(&line, "%s", sbuf_text(&more));
		more.length = 0;
	}
	/* without the first "; " */
	if (line.length > 2)
		grid_line(g, indent, PAINT_DIM, "%s", sbuf_text(&line) + 2);
	if (more.length > 2)
		grid_line(g, indent, PAINT_DIM, "%s", sbuf_text(&more) + 2);
	sbuf_fini(&line);
	sbuf_fini(&more);
}

void
endpoint_lines(struct grid *g, unsigned indent, const struct picture *p,
    const struct picture_endpoint *pe)
{
	char addr[ADDR_PORT_TEXT_MAX], since[UNITS_MAX], why[REASON_TEXT_MAX];
	bool well = pe->state.reason == REASON_OK || pe->state.reason == REASON_NONE;
	struct sbuf line;

	status_reason_text(pe->state.reason, pe->health[HEALTH_FIELD_DETAIL], why);
	grid_line(g, indent, status_paint(&pe->state), "%s %s, %s%s%s",
	    pe->endpoint->member->name, state_summary(&pe->state),
	    status_ago(p, pe->state.since_s, since), well ? "" : ": ", well ? "" : why);
	sbuf_init(&line, LINE_MAX_OCTETS);
	add_probe(&line, p, pe);
	add_traffic(&line, pe);
	grid_line(g, indent + 2, PAINT_DIM, "%s  %s",
	    addr_port_text(&pe->endpoint->addr, pe->endpoint->port, addr),
	    sbuf_text(&line));
	sbuf_fini(&line);
	known_lines(g, indent + 2, p, pe);
}
