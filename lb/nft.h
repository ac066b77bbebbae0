/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_NFT_H
#define LB_NFT_H

/*
 * nft - hands the text of a table to the kernel.  One of two files is built: nft.c with
 * libnftables, nft_none.c without.
 */
#include <stdbool.h>

#include <edge/sbuf.h>

bool nft_is_built_in(void);
/* Runs @commands in one transaction.  0, or -errno with what nft said in @why. */
int nft_run(const char *commands, struct sbuf *why);
/* The chains of all tables, as nft lists them; nothing when they cannot be listed. */
void nft_chains(struct sbuf *ret);

#endif
