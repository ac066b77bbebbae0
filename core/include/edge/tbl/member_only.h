/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: ports that always go to a member and never to a VIP (rule R5).
 *
 * MEMBER_ONLY(SIDE, first, last, word, text)
 *
 * Source: Microsoft, "Port summary - scaled consolidated edge with hardware load
 * balancers" (Lync Server 2013): the rows without a VIP.
 */
MEMBER_ONLY(INTERNAL,  8057,  8057, "psom",          "web conferencing between Front End and each member")
MEMBER_ONLY(INTERNAL,  4443,  4443, "replication",   "configuration replication to each member")
MEMBER_ONLY(INTERNAL, 50001, 50003, "cls",           "centralised logging on each member")
MEMBER_ONLY(INTERNAL, 23456, 23456, "xmpp-internal", "XMPP gateway to each member")
MEMBER_ONLY(EXTERNAL, 50000, 59999, "media",         "relayed media of each member")
#undef MEMBER_ONLY
