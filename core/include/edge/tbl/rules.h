/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: the rules an Edge pool must keep, and what a configuration that breaks one gets.
 *
 * RULE(ID, number, SEVERITY, where, text)
 *   number    the n of Rn in messages; a rule with two severities has two rows
 *   SEVERITY  ERROR, WARNING, NOTE; NONE where check has nothing to say
 *   where     who keeps it
 */
RULE(R1_BALANCING,     1, ERROR,   "check",                "both sides of a pool use the same balancing, hardware or DNS")
RULE(R2_NAT,           2, ERROR,   "check",                "hardware balancing: no NAT, the public address of a member is its own")
RULE(R2_ROUTABLE,      2, WARNING, "check",                "hardware balancing: external addresses are routable in the Internet")
RULE(R3_DSR,           3, NONE,    "by construction",      "no direct server return")
RULE(R4_SOURCE,        4, WARNING, "check",                "A/V members see the client's address; replaced only if written out")
RULE(R5_MEMBER_ONLY,   5, ERROR,   "check",                "no VIP on a port that always goes to a member")
RULE(R6_AV_ADDRESS,    6, ERROR,   "check; plan",          "each member has its own A/V address, reachable directly")
RULE(R7_OUTBOUND,      7, NONE,    "edge-lb",              "outbound federation leaves as the access VIP of its family")
RULE(R8_IDLE,          8, WARNING, "check",                "idle timeouts of SIP, PSOM, XMPP and A/V over TCP are 1800 s or more")
RULE(R9_SLOW_START,    9, WARNING, "check",                "least sessions only with slow start")
RULE(R10_NAMES,       10, ERROR,   "check",                "names are names, and an SRV record's target is inside its domain")
RULE(R11_WITHDRAWAL,  11, NONE,    "edge-dnslb",           "withdrawal touches pool-level names only and never empties a set")
RULE(R12_SRV,         12, WARNING, "check",                "several SRV records of a domain differ in priority or weight")
RULE(R13_CERTIFICATE, 13, NONE,    "edge-health",          "the same certificate and key on all members")
RULE(R14_PROBES,      14, NONE,    "by construction",      "504 to OPTIONS and 401 to Allocate are health")
RULE(R15_STUN,        15, NONE,    "by construction",      "3478 is UDP")
RULE(R16_PARTNERS,    16, WARNING, "check; plan",          "DNS balancing: partners that try one address only do not fail over")
RULE(R17_MANY,        17, WARNING, "check",                "more than 12 members in a pool")
RULE(R17_TOO_MANY,    17, ERROR,   "check",                "more than 20 members in a pool")
RULE(R17_ONE,         17, WARNING, "check",                "one member behind hardware balancing")
RULE(R17_ONE_DNS,     17, NOTE,    "check",                "one member in DNS mode: no high availability")
RULE(R18_SUBNET,      18, WARNING, "check",                "the two sides are in different networks")
RULE(R19_SPLIT,       19, ERROR,   "check",                "every member has every service, in each address family")
#undef RULE
