/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judge - what must hold of any packet whatever.
 */
#include "judge.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seen.h"

/* Below this no way is too narrow in fuzz_path.c. */
#define NARROWEST 1400

#define PASSED  (-1)
#define DROPPED 2
#define SENT    7

/* A packet, before and after, as the rest of this file sees it. */
struct trial {
	const struct world *w; /* of the packet's family */
	const struct packet *in, *out;
	struct seen was, is;
	struct seen quote; /* of an ICMP packet; ip: it is one */
};

static void
show(const char *what, const struct packet *p)
{
	fprintf(stderr, "%s:", what);
	for (size_t i = 0; i < p->n && i < 400; i++)
		fprintf(stderr, "%s%02x", i % 4 == 2 ? " " : "", p->octets[i]);
	fprintf(stderr, "\n");
}

#define HOLDS(t, condition) holds(t, condition, #condition, __LINE__)

static void
holds(const struct trial *t, bool condition, const char *text, int line)
{
	if (condition)
		return;
	show("in ", t->in);
	show("out", t->out);
	fprintf(stderr, "judge.c:%d: does not hold: %s\n", line, text);
	abort();
}

static bool
is_vip(const struct trial *t, const struct km_addr *a)
{
	struct km_addr vip = world_vip(t->w);

	return seen_same(a, &vip);
}

static bool
is_member(const struct trial *t, const struct km_addr *a)
{
	for (unsigned m = 0; m < MEMBERS; m++) {
		struct km_addr member = world_member(t->w, m);

		if (seen_same(a, &member))
			return true;
	}
	return false;
}

static enum service
service_of(const struct seen *s)
{
	return s->proto == IPPROTO_TCP ? TLS : TURN;
}

static bool
is_icmp(const struct seen *s)
{
	return s->proto == (s->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP) && s->l4 != 0 &&
	       !s->later;
}

static void
begin(struct trial *t, struct world *w, const struct packet *in)
{
	*t = (struct trial){.w = w, .in = in};
	seen_frame(in, &t->was);
	w->v6 = t->was.v6;
	if (t->was.ip && is_icmp(&t->was) && t->was.l4 + 8 <= t->was.end)
		seen_quote(in, t->was.v6, t->was.l4 + 8, t->was.end, &t->quote);
}

/* --- translated --- */

static void
take(uint8_t *to, const struct packet *from, size_t at, size_t n)
{
	memcpy(to + at, from->octets + at, n);
}

/* The transport's checksum is as it was, seen over what it covers. */
static void
sums_hold(const struct trial *t, const struct seen *was, const struct seen *is)
{
	HOLDS(t, seen_header_sum(t->in, was) == seen_header_sum(t->out, is));
	if (was->sum_at == 0)
		return;
	if (was->proto == IPPROTO_UDP) {
		bool none = seen_16(t->in, was->sum_at) == 0;

		HOLDS(t, none == (seen_16(t->out, is->sum_at) == 0));
		if (none)
			return;
	}
	HOLDS(t, seen_sum(t->in, was) == seen_sum(t->out, is));
}

/* Of @s, in the packet or a quote: addresses and checksums may be those of @t->out. */
static void
take_allowed(const struct trial *t, uint8_t *expected, const struct seen *s, bool to)
{
	take(expected, t->out, to ? s->to_at : s->from_at, s->addr_octets);
	if (s->ports)
		take(expected, t->out, s->l4 + (to ? 2 : 0), 2);
	if (s->sum_at != 0)
		take(expected, t->out, s->sum_at, 2);
	if (!s->v6)
		take(expected, t->out, s->l3 + 10, 2);
}

static void
plain_translated(const struct trial *t, const struct before *b, uint8_t *expected)
{
	const struct seen *was = &t->was, *is = &t->is;
	bool in = is_vip(t, &was->to);
	uint16_t vip = world_vip_port(service_of(was));
	uint16_t member = world_member_port(service_of(was));

	if (in) {
		HOLDS(t, is_member(t, &is->to));
		HOLDS(t, was->later || (was->dport == vip && is->dport == member));
	} else {
		HOLDS(t, is_member(t, &was->from) && is_vip(t, &is->from));
		HOLDS(t, was->later || (was->sport == member && is->sport == vip));
		HOLDS(t, was->later || b->known || b->half.state != KM_NONE ||
			     t->w->o.settings->full_seen != 0);
	}
	HOLDS(t, was->later || was->ports);
	take_allowed(t, expected, was, in);
	sums_hold(t, was, is);
}

static void
error_translated(const struct trial *t, uint8_t *expected)
{
	const struct seen *was = &t->was, *q = &t->quote;
	uint16_t vip = world_vip_port(service_of(q)),
		 member = world_member_port(service_of(q));
	bool in = is_vip(t, &was->to);
	struct seen now;

	seen_quote(t->out, was->v6, q->l3, q->end, &now);
	HOLDS(t, q->ip && q->ports && !q->later);
	if (in) {
		HOLDS(t, is_vip(t, &q->from) && is_member(t, &now.from));
		HOLDS(t, q->sport == vip && now.sport == member);
		HOLDS(t, seen_same(&t->is.to, &now.from));
	} else {
		HOLDS(t, is_member(t, &q->to) && is_vip(t, &now.to));
		HOLDS(t, q->dport == member && now.dport == vip);
		HOLDS(t, seen_same(&t->is.from,
			     seen_same(&was->from, &q->to) ? &now.to : &was->from));
	}
	take_allowed(t, expected, was, in);
	take_allowed(t, expected, q, !in);
	sums_hold(t, was, &t->is);
	sums_hold(t, q, &now);
}

static void
translated(const struct trial *t, const struct before *b, unsigned spent)
{
	struct packet expected = *t->in;

	HOLDS(t, t->out->n == t->in->n);
	HOLDS(t, t->was.ip && t->was.l4 != 0);
	HOLDS(t, t->was.ttl > spent);
	if (is_icmp(&t->was))
		error_translated(t, expected.octets);
	else
		plain_translated(t, b, expected.octets);
	expected.octets[t->was.l3 + (t->was.v6 ? 7 : 8)] -= (uint8_t)spent;
	HOLDS(t, memcmp(expected.octets + 12, t->out->octets + 12, t->in->n - 12) == 0);
}

/* --- answered --- */

static void
answered(const struct trial *t)
{
	const struct seen *was = &t->was, *is = &t->is;
	const uint8_t *quoted = t->out->octets + is->l4 + 8,
		      *said = t->in->octets + was->l3;

	HOLDS(t, is_icmp(is) && t->out->n <= LINK_OCTETS + (was->v6 ? 1280u : 576u));
	HOLDS(t, is->end == t->out->n && is->l4 + 8 <= is->end);
	HOLDS(t, is_vip(t, &was->to) && seen_same(&is->from, &was->to));
	HOLDS(t, seen_same(&is->to, &was->from));
	HOLDS(t, seen_header_sum(t->out, is) == 0 && seen_sum(t->out, is) == 0);
	HOLDS(t, was->ttl <= 1 || was->end - was->l3 > NARROWEST ||
		     (t->in->gso_size != 0 && t->in->n > NARROWEST));
	for (size_t i = 0; i < t->out->n - is->l4 - 8; i++) {
		size_t at = was->l3 + i;

		/* one that is still to be filled in is filled in: answer.h */
		if (was->sum_at != 0 && (at == was->sum_at || at == was->sum_at + 1))
			continue;
		HOLDS(t, quoted[i] == said[i]);
	}
}

/* --- around it --- */

static bool
concerned(const struct trial *t)
{
	const struct seen *s = &t->was;

	return s->ip && (is_vip(t, &s->to) || is_member(t, &s->from) ||
			    (t->quote.ip && is_member(t, &t->quote.to)));
}

static bool
untouched(const struct trial *t)
{
	return t->out->n == t->in->n &&
	       memcmp(t->in->octets, t->out->octets, t->in->n) == 0;
}

/* In again by the loopback interface. */
static bool
loops(const struct trial *t)
{
	static const uint8_t nobody[6];

	return memcmp(t->out->octets, nobody, sizeof nobody) == 0;
}

static void
verdict_holds(const struct trial *t, const struct before *b, int verdict)
{
	HOLDS(t, verdict == PASSED || verdict == DROPPED || verdict == SENT);
	if (!concerned(t)) {
		HOLDS(t, verdict == PASSED && untouched(t));
	} else if ((verdict == PASSED && !untouched(t)) ||
		   (verdict == SENT && loops(t))) {
		HOLDS(t, !t->was.v6 && !t->was.df && t->in->n - LINK_OCTETS > NARROWEST);
		HOLDS(t, verdict == (is_vip(t, &t->was.to) ? PASSED : SENT));
		translated(t, b, 0);
	} else if (verdict == SENT) {
		if (is_icmp(&t->is) && !is_icmp(&t->was) && !t->was.later)
			answered(t);
		else
			translated(t, b, 1);
	}
}

static bool
both_have_answered(const struct trial *t, const struct before *b)
{
	const struct seen *s = &t->was;
	uint32_t ack;

	if (!s->ports)
		return false;
	if (s->proto == IPPROTO_UDP)
		return is_member(t, &s->from) && b->half.state == KM_ASKED;
	memcpy(&ack, t->in->octets + s->l4 + 8, sizeof ack);
	return is_vip(t, &s->to) && ntohl(ack) == b->half.tcp.expect &&
	       (b->half.state == KM_SYN_ACK || b->half.state == KM_PICKED_SEEN) &&
	       (t->in->octets[s->l4 + 13] & (TCP_ACK | TCP_RST)) == TCP_ACK;
}

static bool
has_affinity(const struct trial *t)
{
	struct km_affinity_key key = {1, is_vip(t, &t->was.to) ? t->was.from : t->was.to};
	struct km_affinity a;

	return bpf_map_lookup_elem(t->w->o.map[KERNEL_MAP_AFFINITIES], &key, &a) == 0;
}

static void
totals(const struct world *w, uint64_t *counted, uint64_t *dropped, uint32_t *sessions)
{
	*counted = world_counted(w);
	*dropped = world_dropped(w);
	*sessions = 0;
	for (unsigned l = 0; l < LISTENERS_END; l++)
		*sessions += w->o.listeners[l].sessions;
}

void
judge_before(struct world *w, const struct packet *in, struct before *b)
{
	struct km_flow_key key = {.port = 0};
	const struct km_flow *half;
	struct trial t;
	uint32_t sessions;
	bool inward;

	begin(&t, w, in);
	*b = (struct before){
	    .flows = world_entries(w, KERNEL_MAP_FLOWS), .affinity = has_affinity(&t)};
	totals(w, &b->counted, &b->dropped, &sessions);
	if (!t.was.ports)
		return;
	inward = is_vip(&t, &t.was.to);
	key.client = inward ? t.was.from : t.was.to;
	key.port = htons(inward ? t.was.sport : t.was.dport);
	key.listener = (uint16_t)world_row(w, service_of(&t.was));
	b->known = table_find(&w->flows, &key) != NULL;
	half = table_find(&w->half_open, &key);
	b->half = half == NULL ? (struct km_flow){.state = KM_NONE} : *half;
}

void
judge(struct world *w, const struct before *b, const struct packet *in,
    const struct packet *out, int verdict)
{
	unsigned flows = world_entries(w, KERNEL_MAP_FLOWS);
	uint64_t counted, dropped;
	uint32_t sessions;
	struct trial t;

	begin(&t, w, in);
	t.out = out;
	seen_frame(out, &t.is);
	verdict_holds(&t, b, verdict);
	totals(w, &counted, &dropped, &sessions);
	HOLDS(&t, counted >= b->counted && dropped >= b->dropped);
	HOLDS(&t, sessions == flows);
	HOLDS(&t,
	    flows <= b->flows || (flows == b->flows + 1 && both_have_answered(&t, b)));
	HOLDS(&t, !has_affinity(&t) || b->affinity || both_have_answered(&t, b));
}
