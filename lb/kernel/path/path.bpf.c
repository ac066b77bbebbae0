/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * path - the packet path of the kernel engine: one program at TC ingress.
 *
 * ../README.md draws it.  A packet leaves in one of four ways: sent on (redirected to the
 * next hop, past the host's stack), passed up unchanged (-1: other programs and the
 * host's stack go on with it), answered by us, dropped and counted.
 *
 * What most packets need is written out here: rows, flow, sent.  Everything else is a
 * call.
 */
#include "icmp.h"
#include "later.h"
#include "send.h"
#include "tcp.h"
#include "udp.h"

/* A packet of a TCP flow with nothing to decide.  edge-lb's stores count at once. */
static __always_inline int
tcp_goes_on(const struct passage *v, const struct km_flow *f, enum km_use least)
{
	__u32 row = f->endpoint;
	struct km_endpoint *e = endpoint_row(row);

	return tcp_is_plain(&v->p) && (f->flags & FLOW_ENDING) == 0 && e != NULL &&
	       e->use >= least && e->listener == v->listener &&
	       !clock_past(v->tick, f->seen, v->l->idle);
}

static __always_inline void
tcp_passes(const struct passage *v, struct km_flow *f, __u32 *about)
{
	number_note(about, &v->p);
	if (f->seen != v->tick)
		f->seen = v->tick;
}

static __always_inline int
forward(struct __sk_buff *skb, struct passage *v)
{
	struct km_flow *f;
	int to;

	v->l = listener_row(v->listener);
	if (v->l == NULL || v->l->row == KM_ROW_FREE)
		return PATH_UP;
	flow_name(v);
	f = flow_find(v);
	if (v->p.proto == IPPROTO_UDP) {
		to = udp_forward(skb, v, f);
	} else if (f != NULL && tcp_goes_on(v, f, KM_USE_DOWN_KEEP)) {
		to = f->endpoint;
		tcp_passes(v, f, &f->tcp.out);
	} else {
		to = tcp_forward(skb, v, f);
	}
	if (to > 0)
		return send_forward(skb, v, to);
	fragment_seen(v, KM_WAY_PASS, 0);
	return to == GO_UP ? PATH_UP : PATH_DROP;
}

/* The prober of this host asks members directly, all the time.  With A/V clients do, too:
 * there it is not worth a look for the socket. */
static __always_inline int
reverse_is_probed(struct __sk_buff *skb, const struct passage *v)
{
	return (v->l->flags & KM_LISTENER_DIRECT) == 0 && v->p.proto == IPPROTO_TCP &&
	       tcp_is_local(skb, &v->p);
}

static __always_inline int
reverse(struct __sk_buff *skb, struct passage *v, __u32 endpoint)
{
	struct km_endpoint *e = endpoint_row(endpoint);
	struct km_flow *f;
	int ours = 1;

	if (e == NULL)
		return PATH_UP;
	v->listener = (__u16)e->listener;
	v->l = listener_row(v->listener);
	if (v->l == NULL || v->l->row == KM_ROW_FREE)
		return PATH_UP;
	flow_name(v);
	if (v->p.proto == IPPROTO_TCP && (v->p.tcp & TCP_SYN)) {
		ours = tcp_reverse_syn(skb, v, endpoint);
	} else {
		f = flow_find(v);
		if (v->p.proto == IPPROTO_UDP)
			ours = udp_reverse(skb, v, f, endpoint);
		else if (f == NULL || f->endpoint != endpoint ||
			 !tcp_goes_on(v, f, KM_USE_OUT))
			ours = tcp_reverse(v, f, endpoint);
		else
			tcp_passes(v, f, &f->tcp.in);
	}
	if (ours)
		return send_reverse(skb, v, endpoint);
	if (!reverse_is_probed(skb, v))
		count_endpoint(endpoint, KM_COUNT_UNASKED);
	fragment_seen(v, KM_WAY_PASS, 0);
	return PATH_UP;
}

static __always_inline int
session(struct __sk_buff *skb, struct passage *v)
{
	__u32 row;

	if (place_may_be_vip(v->s, &v->p.to)) {
		flow_approach(v, &v->p.from, v->p.from_port);
		row = place_known_row(v, PLACE_VIP, &v->p.to, v->p.to_port);
		if (row != 0) {
			v->listener = (__u16)row;
			return forward(skb, v);
		}
	}
	flow_approach(v, &v->p.to, v->p.to_port);
	way_back_approach(&v->p.to);
	row = place_known_row(v, PLACE_MEMBER, &v->p.from, v->p.from_port);
	if (row != 0)
		return reverse(skb, v, row);
	fragment_seen(v, KM_WAY_PASS, 0);
	return PATH_UP;
}

/* Headers that cannot be: the stack knows what to do, we count what came to a VIP. */
static __noinline int
lies(struct passage *v)
{
	if (place_row(&vips, &v->p.to, 0, 0) != 0)
		count_drop(0, KM_DROP_BAD);
	fragment_seen(v, KM_WAY_PASS, 0);
	return PATH_UP;
}

SEC("tc")
int
edge_ingress(struct __sk_buff *skb)
{
	struct passage v = {.l = NULL};
	int kind = packet_parse(skb, &v.p);

	if (kind == PACKET_OTHER)
		return PATH_UP;
	v.s = settings_row();
	if (v.s == NULL)
		return PATH_UP;
	v.tick = clock_tick();
	switch ((enum packet_kind)kind) {
	case PACKET_SESSION:
		return session(skb, &v);
	case PACKET_LIES:
		return lies(&v);
	case PACKET_ICMP:
		return icmp_packet(skb, &v);
	case PACKET_LATER:
		return later_packet(skb, &v);
	case PACKET_OTHER:
		break;
	}
	return PATH_UP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
