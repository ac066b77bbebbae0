/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * TABLE: what the packet path counts for each endpoint.
 *
 * COUNT(ID, word, text)   append only while KM_VERSION stays
 */
COUNT(PACKETS_IN,  "packets-in",  "packets of clients sent to it; segments of a super-packet each")
COUNT(OCTETS_IN,   "octets-in",   "octets behind the TCP or UDP header in them")
COUNT(PACKETS_OUT, "packets-out", "packets of it translated back")
COUNT(OCTETS_OUT,  "octets-out",  "octets behind the TCP or UDP header in them")
COUNT(PICKS,       "picks",       "times it was picked for a new flow")
COUNT(PROMOTIONS,  "promotions",  "flows that were made: both sides have answered")
COUNT(STATELESS,   "stateless",   "packets sent to it by the ring alone")
COUNT(REFUSALS,    "refusals",    "SYNs it answered with a reset, datagrams with port unreachable")
COUNT(UNASKED,     "unasked",     "replies to nothing that came through the VIP: direct conversations, or another balancer's; with A/V probes of this host, too")
#undef COUNT
