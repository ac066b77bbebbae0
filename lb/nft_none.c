/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nft - without libnftables: clients' sources cannot be kept, and says so.
 */
#include "nft.h"

#include <errno.h>

bool
nft_is_built_in(void)
{
	return false;
}

int
nft_run(const char *commands, struct sbuf *why)
{
	(void)commands;
	sbuf_addf(why, "this edge-lb was built without libnftables");
	return -EOPNOTSUPP;
}

void
nft_chains(struct sbuf *ret)
{
	(void)ret;
}
