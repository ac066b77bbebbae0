/* SPDX-License-Identifier: BSD-2-Clause */
#include "log_line.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <edge/clock.h>

static const char *const reason_words[CLOSE_REASONS] = {
#define CLOSE(id, word, field, text) [CLOSE_##id] = word,
#include "tbl/close_reasons.h"
};

static void
time_text(int64_t wall_ns, char *buf, size_t size)
{
	time_t s = (time_t)(wall_ns / NS_PER_S);
	struct tm tm = {0};
	size_t n;

	gmtime_r(&s, &tm);
	n = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + n, size - n, ".%03dZ", (int)(wall_ns % NS_PER_S / NS_PER_MS));
}

size_t
log_line(const struct log_record *r, int64_t wall_ns, char *buf)
{
	char when[40], client[ADDR_PORT_TEXT_MAX], vip[ADDR_PORT_TEXT_MAX];
	char at[ADDR_PORT_TEXT_MAX] = "-";
	int64_t ms = (r->ended_ns - r->begun_ns) / NS_PER_MS;
	int n;

	time_text(r->ended_ns + wall_ns, when, sizeof when);
	if (addr_present(&r->at))
		addr_port_text(&r->at, r->at_port, at);
	n = snprintf(buf, LOG_LINE_MAX,
	    "time=%s proto=%s service=%s client=%s vip=%s member=%s at=%s in=%" PRIu64
	    " out=%" PRIu64 " seconds=%" PRId64 ".%03d end=%s\n",
	    when, r->proto == PROTO_TCP ? "tcp" : "udp",
	    r->service[0] != '\0' ? r->service : "-",
	    addr_port_text(&r->client, r->client_port, client),
	    addr_port_text(&r->vip, r->vip_port, vip),
	    r->member[0] != '\0' ? r->member : "-", at, r->octets_in, r->octets_out,
	    ms / 1000, (int)(ms % 1000), reason_words[r->reason]);
	assert(n > 0 && n < LOG_LINE_MAX);
	return (size_t)n;
}
