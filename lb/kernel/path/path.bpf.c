/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * path - the packet path of the kernel engine: one program at TC ingress.
 *
 * ../README.md draws it.  A packet leaves in one of four ways: sent on (redirected to the
 * next hop, past the host's stack), passed up unchanged (-1: other programs and the host's
 * stack go on with it), answered by us, dropped and counted.
 */
#include "maps.bpf.h"

SEC("tc")
int
edge_ingress(struct __sk_buff *skb)
{
	(void)skb;
	return -1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
