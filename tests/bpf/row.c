/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * row - runs rows, compares, and keeps account of what the counters must show.
 */
#include "row.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row_course {
	jmp_buf failed;
	const struct row *row;
	const char *file;
	int line;
	uint8_t frame[LINK_ADDRESSES]; /* of the last packet that came out */
	/* What the counters must be at the end. */
	struct km_counts counts[ENDPOINTS_END];
	struct km_drops drops[LISTENERS_END];
};

/* --- failing --- */

void
row_at(struct world *w, const char *file, int line)
{
	w->course->file = file;
	w->course->line = line;
}

static void __attribute__((noreturn, format(printf, 2, 3)))
fail(struct world *w, const char *format, ...)
{
	va_list ap;

	printf("%s:%d: %s: \"%s\": ", w->course->file, w->course->line,
	    w->v6 ? "IPv6" : "IPv4", w->course->row->sentence);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	longjmp(w->course->failed, 1);
}

static void
show(const char *what, const struct packet *p)
{
	printf("  %s, %zu octets:", what, p->n);
	for (size_t i = LINK_OCTETS; i < p->n && i < 160; i++)
		printf("%s%02x", (i - LINK_OCTETS) % 4 == 0 ? " " : "", p->octets[i]);
	printf("\n");
}

void
row_must(struct world *w, bool holds, const char *what)
{
	if (!holds)
		fail(w, "does not hold: %s", what);
}

/* --- verdicts --- */

static const char *
verdict_text(int verdict)
{
	return verdict == WORLD_PASS   ? "passed up"
	       : verdict == WORLD_DROP ? "dropped"
	       : verdict == WORLD_SENT ? "sent"
				       : "none that is known";
}

static uint32_t
link_of(const struct world *w, const struct spec *s)
{
	const uint8_t *from = (const uint8_t *)&s->from;
	struct km_addr member = world_member(w, 0);

	return memcmp(from, &member, 15) == 0 ? w->member_link : w->client_link;
}

/* The verdict must be @verdict, and what follows the link's addresses as @want. */
static void
run(struct world *w, const struct spec *s, int verdict, const struct packet *want)
{
	struct packet in, out;
	int got;

	packet_build(s, &in);
	got = world_run(w, link_of(w, s), &in, &out);
	if (got <= WORLD_FAILED)
		fail(w, "test-run: %s", strerror(WORLD_FAILED - got));
	if (got != verdict) {
		show("in", &in);
		fail(w, "verdict %d (%s), not %d (%s)", got, verdict_text(got), verdict,
		    verdict_text(verdict));
	}
	memcpy(w->course->frame, out.octets, LINK_ADDRESSES);
	if (want == NULL || (want->n == out.n && memcmp(want->octets + LINK_ADDRESSES,
						     out.octets + LINK_ADDRESSES,
						     out.n - LINK_ADDRESSES) == 0))
		return;
	show("in  ", &in);
	show("out ", &out);
	show("want", want);
	fail(w, "other octets");
}

const uint8_t *
row_frame(const struct world *w)
{
	return w->course->frame;
}

/* What the counters of the endpoint must show more at the end of the row. */
static void
account(struct world *w, const struct spec *s, unsigned member, enum km_count packets,
    enum km_count octets)
{
	struct km_counts *c =
	    &w->course->counts[world_endpoint_row(w, row_service(s), member)];

	c->at[packets] += s->gso_segs != 0 ? s->gso_segs : 1;
	c->at[octets] += packet_carried(s);
}

void
row_forwarded(struct world *w, struct spec s, unsigned member)
{
	struct spec out = at_member(w, s, member);
	struct packet want;

	packet_build(&out, &want);
	run(w, &s, WORLD_SENT, &want);
	account(w, &s, member, KM_COUNT_PACKETS_IN, KM_COUNT_OCTETS_IN);
}

void
row_returned(struct world *w, struct spec s, unsigned member)
{
	struct spec out = at_client(w, s);
	struct packet want;

	packet_build(&out, &want);
	run(w, &s, WORLD_SENT, &want);
	account(w, &s, member, KM_COUNT_PACKETS_OUT, KM_COUNT_OCTETS_OUT);
}

void
row_passed(struct world *w, struct spec s)
{
	struct packet want;

	packet_build(&s, &want);
	run(w, &s, WORLD_PASS, &want);
}

void
row_dropped(struct world *w, struct spec s)
{
	run(w, &s, WORLD_DROP, NULL);
}

void
row_ends_as(struct world *w, struct spec in, int verdict, struct spec out)
{
	struct packet want;

	packet_build(&out, &want);
	run(w, &in, verdict, &want);
}

static uint16_t
at16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* How much is quoted is the program's choice, within what the standards ask. */
void
row_answered(struct world *w, struct spec s, uint8_t type, uint8_t code, uint32_t rest)
{
	struct spec answer = {.v6 = w->v6,
	    .from = s.to,
	    .to = s.from,
	    .proto = w->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
	    .type = type,
	    .code = code,
	    .rest = rest};
	size_t header = LINK_OCTETS + (w->v6 ? 40 : 20), least = (w->v6 ? 40 : 20) + 8;
	struct packet in, out, want;
	int got;

	packet_build(&s, &in);
	got = world_run(w, link_of(w, &s), &in, &out);
	if (got != WORLD_SENT)
		fail(w, "verdict %d (%s), not an answer", got, verdict_text(got));
	if (out.n < header + 8 + least || out.n > LINK_OCTETS + (w->v6 ? 1280 : 576))
		fail(w, "an answer of %zu octets", out.n);
	answer.quote = &s;
	answer.quoted = out.n - header - 8;
	/* what is the program's choice */
	answer.ttl = out.octets[LINK_OCTETS + (w->v6 ? 7 : 8)];
	answer.tos = w->v6 ? (uint8_t)(at16(out.octets + LINK_OCTETS) >> 4)
			   : out.octets[LINK_OCTETS + 1];
	answer.id = w->v6 ? 0 : at16(out.octets + LINK_OCTETS + 4);
	answer.df = !w->v6 && (out.octets[LINK_OCTETS + 6] & 0x40) != 0;
	if (answer.ttl < 32)
		fail(w, "an answer that lives for %u hops", answer.ttl);
	packet_build(&answer, &want);
	if (want.n != out.n ||
	    memcmp(want.octets + 12, out.octets + 12, out.n - 12) != 0) {
		show("out ", &out);
		show("want", &want);
		fail(w, "another answer");
	}
}

int
row_goes_to(struct world *w, struct spec s)
{
	struct packet in, out, want;
	int got;

	packet_build(&s, &in);
	got = world_run(w, link_of(w, &s), &in, &out);
	for (unsigned m = 0; m < MEMBERS && got == WORLD_SENT; m++) {
		struct spec there = at_member(w, s, m);

		packet_build(&there, &want);
		if (memcmp(want.octets + LINK_OCTETS, out.octets + LINK_OCTETS,
			want.n - LINK_OCTETS) != 0)
			continue;
		account(w, &s, m, KM_COUNT_PACKETS_IN, KM_COUNT_OCTETS_IN);
		return (int)m;
	}
	return -1;
}

void
row_entry_is(struct world *w, enum kernel_map map, enum service s, enum km_state state)
{
	const struct km_flow *f = map == KERNEL_MAP_FLOWS ? flow_at(w, s) : half_at(w, s);
	int is = f == NULL ? KM_NONE : f->state;

	if (is != (int)state)
		fail(w, "state %d in %s, not %d", is,
		    map == KERNEL_MAP_FLOWS ? "flows" : "half_open", (int)state);
}

/* --- counters --- */

void
row_counts_are(struct world *w, unsigned endpoint, enum km_count what, uint64_t n)
{
	uint64_t got = world_count(w, endpoint, what);

	w->course->counts[endpoint].at[what] = n;
	if (got != n)
		fail(w, "endpoint %u counted %llu of %d, not %llu", endpoint,
		    (unsigned long long)got, (int)what, (unsigned long long)n);
}

void
row_drops_are(struct world *w, unsigned listener, enum km_drop what, uint64_t n)
{
	uint64_t got = world_drop(w, listener, what);

	w->course->drops[listener].at[what] = n;
	if (got != n)
		fail(w, "listener %u counted %llu of drop %d, not %llu", listener,
		    (unsigned long long)got, (int)what, (unsigned long long)n);
}

/* Picks and promotions are said by the rows that are about them. */
static void
all_counted(struct world *w)
{
	w->course->line = 0;
	for (unsigned e = 1; e < ENDPOINTS_END; e++) {
		for (enum km_count c = 0; c < KM_COUNTS; c++) {
			if (c != KM_COUNT_PICKS && c != KM_COUNT_PROMOTIONS)
				row_counts_are(w, e, c, w->course->counts[e].at[c]);
		}
	}
	for (unsigned l = 0; l < LISTENERS_END; l++) {
		for (enum km_drop d = 0; d < KM_DROPS; d++)
			row_drops_are(w, l, d, w->course->drops[l].at[d]);
	}
}

bool
row_run(struct world *w, const struct row *row, bool v6)
{
	struct row_course course = {.row = row, .file = "end"};

	w->v6 = v6;
	w->course = &course;
	world_reset(w);
	if (setjmp(course.failed) != 0)
		return false;
	row->run(w);
	all_counted(w);
	return true;
}
