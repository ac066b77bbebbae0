/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_tcp - what makes a TCP flow, and what does not.
 */
#include <netinet/in.h>

#include "row.h"

static void
handshake(struct world *w)
{
	world_ring(w, TLS, 1);
	forwarded(w, tcp_in(w, TCP_SYN, 1000, 0), 1);
	half_is(w, TLS, KM_SYN);
	flow_is(w, TLS, KM_NONE);
	returned(w, tcp_out(w, 1, TCP_SYN | TCP_ACK, 5000, 1001), 1);
	half_is(w, TLS, KM_SYN_ACK);
	flow_is(w, TLS, KM_NONE);
	forwarded(w, tcp_in(w, TCP_ACK, 1001, 5001), 1);
	flow_is(w, TLS, KM_OPEN);
	half_is(w, TLS, KM_NONE);
	forwarded(w, tcp_in(w, TCP_ACK | TCP_PSH, 1001, 5001), 1);
	returned(w, tcp_out(w, 1, TCP_ACK | TCP_PSH, 5001, 1101), 1);
	counts_are(w, TLS, 1, KM_COUNT_PICKS, 1);
	counts_are(w, TLS, 1, KM_COUNT_PROMOTIONS, 1);
}

static const struct row tcp_rows[] = {
    {"SYN, SYN-ACK and its ACK make a flow, and nothing less", handshake, BOTH},
};
ROWS(tcp);
