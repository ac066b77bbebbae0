/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_KIND_SIP_H
#define EDGE_PROBE_KIND_SIP_H

/*
 * kind_sip - SIP OPTIONS inside TLS, for the kinds sip, sip-register and mtls.
 */
#include "probe.h"

bool kind_sip_ask(struct probe_run *p);
/* Only where OPTIONS will be answered: an authenticated peer of a SIP service. */
bool kind_sip_ask_if_known(struct probe_run *p);
enum probe_look kind_sip_look(struct probe_run *p);
/* Then a REGISTER for a domain of the pool, which says how the next hop is. */
enum probe_look kind_sip_look_register(struct probe_run *p);
/* TLS 1.3 lets the client finish before the server has judged the client's certificate:
 * a rejection comes a moment later. */
int64_t kind_sip_settle_ns(const struct probe_run *p);

#endif
