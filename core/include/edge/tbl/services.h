/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: what the sides of an Edge pool offer (design section 5).
 *
 * SERVICE(ID, SIDE, group, word, PROTO, port, ADDRESS, PROBE, SOURCE, idle_s, sip, text)
 *   group    the configuration group: "av" holds two services
 *   word     one word within the side, for people: CLI, MIB, logs
 *   ADDRESS  which of a member's addresses serves it
 *   PROBE    what edge-health does by default
 *   SOURCE   KEEP: the member must see the client's address (external A/V, always)
 *   sip      true: an authenticated peer gets SIP OPTIONS answered
 *
 * Sources: Microsoft, "Port summary - scaled consolidated edge with hardware load
 * balancers" (Lync Server 2013), "Edge Server environmental requirements" (Skype for
 * Business Server).  Order is the order of status output; ids are not stored anywhere.
 */
SERVICE(ACCESS,     EXTERNAL, "access",     "access",     TCP,  443, ACCESS,   SIP,      REPLACE, 1800, true,  "client sign-in (SIP over TLS)")
SERVICE(FEDERATION, EXTERNAL, "federation", "federation", TCP, 5061, ACCESS,   MTLS,     REPLACE, 1800, true,  "federation partners (SIP over mutual TLS)")
SERVICE(XMPP,       EXTERNAL, "xmpp",       "xmpp",       TCP, 5269, ACCESS,   XMPP,     REPLACE, 1800, false, "XMPP federation (2013 and 2015 only)")
SERVICE(WEBCONF,    EXTERNAL, "webconf",    "webconf",    TCP,  443, WEBCONF,  PSOM,     REPLACE, 1800, false, "web conferencing (PSOM over TLS)")
SERVICE(AV_TCP,     EXTERNAL, "av",         "av-tcp",     TCP,  443, AV,       TURN_TCP, KEEP,    1800, false, "media relay (MS-TURN behind pseudo-TLS)")
SERVICE(AV_UDP,     EXTERNAL, "av",         "av-udp",     UDP, 3478, AV,       TURN_UDP, KEEP,      60, false, "media relay (MS-TURN)")
SERVICE(SIP,        INTERNAL, "sip",        "sip",        TCP, 5061, INTERNAL, MTLS,     REPLACE, 1800, true,  "next hop pools (SIP over mutual TLS)")
SERVICE(MRAS,       INTERNAL, "mras",       "mras",       TCP, 5062, INTERNAL, MTLS,     REPLACE, 1800, false, "A/V authentication (mutual TLS)")
SERVICE(INT_AV_TCP, INTERNAL, "av",         "av-tcp",     TCP,  443, INTERNAL, TURN_TCP, REPLACE, 1800, false, "media relay, inner side (pseudo-TLS)")
SERVICE(INT_AV_UDP, INTERNAL, "av",         "av-udp",     UDP, 3478, INTERNAL, TURN_UDP, REPLACE,   60, false, "media relay, inner side")
#undef SERVICE
