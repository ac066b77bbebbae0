/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: groups of rows.
 *
 * GROUP(name, about)   its rows are in rows_NAME.c; ctest runs it as bpf.NAME
 */
GROUP(direct, "packets that are none of ours")
GROUP(pick,   "which member a client's first packet goes to")
GROUP(use,    "an endpoint's use, limits, budgets, lists")
GROUP(tcp,    "what makes a TCP flow")
GROUP(ends,   "how TCP flows end; direct conversations")
GROUP(invented, "what one side alone cannot do")
GROUP(idle,   "flows nobody spoke on; sockets of the host")
GROUP(udp,    "transactions")
GROUP(header, "options, lies, short packets")
GROUP(size,   "lives, widths, super-packets, ways")
GROUP(near,   "next hops whose hardware address is known")
GROUP(answer, "what we say ourselves")
GROUP(extension, "IPv6 extension headers")
GROUP(fragment,  "fragments")
GROUP(icmp,   "ICMP errors, both ways")
#undef GROUP
