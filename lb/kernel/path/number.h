/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PATH_NUMBER_H
#define PATH_NUMBER_H

/*
 * number - whether TCP's numbers show that who speaks knows the session.
 *
 * Where one side is, the other one's acknowledgements say: what is invented in the name
 * of a client moves nothing that its own next packet is judged by.  Windows are wide,
 * since only an end or a doubt is judged here, never a packet on its way; and a flow is
 * written to only after NUMBER_STEP octets, not for each packet.
 */
#include "passage.h"

#define NUMBER_STEP 0xffffu
#define NUMBER_ENDS (1u << 20) /* of FIN and RST: one of 2048 invented ones is near */
#define NUMBER_KNOW (1u << 24) /* of sequence and acknowledgement together */

static __always_inline int
number_is_near(__u32 number, __u32 about, __u32 width)
{
	return number - about + width < 2 * width;
}

/* @about: where the side is that @p speaks to. */
static __always_inline void
number_note(__u32 *about, const struct packet *p)
{
	if ((p->tcp & TCP_ACK) && p->ack - *about > NUMBER_STEP)
		*about = p->ack;
}

/* A packet from the middle: both sides' numbers, as the client has them. */
static __always_inline void
number_note_picked(struct km_flow *h, const struct packet *p)
{
	h->tcp.in = p->seq;
	h->tcp.out = p->ack;
}

/* A reply to it.  A reset need not acknowledge anything: then its number is what was
 * acknowledged to it. */
static __always_inline int
number_answers_picked(const struct km_flow *h, const struct packet *p)
{
	if (!number_is_near(p->seq, h->tcp.out, NUMBER_KNOW))
		return 0;
	return (p->tcp & TCP_ACK) == 0 ? (p->tcp & TCP_RST) != 0
				       : number_is_near(p->ack, h->tcp.in, NUMBER_KNOW);
}

static __always_inline int
number_repeats_picked(const struct km_flow *h, const struct packet *p)
{
	return number_is_near(p->seq, h->tcp.in, NUMBER_KNOW) &&
	       number_is_near(p->ack, h->tcp.out, NUMBER_KNOW);
}

#endif
