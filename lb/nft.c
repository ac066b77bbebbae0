/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nft - with libnftables.  A context lives for one call only: it is needed at start,
 * reload and end, and holds megabytes.
 */
#include "nft.h"

#include <errno.h>
#include <nftables/libnftables.h>
#include <string.h>

bool
nft_is_built_in(void)
{
	return true;
}

int
nft_run(const char *commands, struct sbuf *why)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	int err = 0;

	if (nft == NULL)
		return -ENOMEM;
	nft_ctx_buffer_error(nft);
	nft_ctx_buffer_output(nft);
	if (nft_run_cmd_from_buffer(nft, commands) != 0) {
		const char *text = nft_ctx_get_error_buffer(nft);

		err = -EINVAL;
		/* Its first line says it; the rest repeats the command. */
		sbuf_add(why, text, strcspn(text, "\n"));
	}
	nft_ctx_free(nft);
	return err;
}

void
nft_chains(struct sbuf *ret)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);

	if (nft == NULL)
		return;
	nft_ctx_buffer_error(nft);
	nft_ctx_buffer_output(nft);
	if (nft_run_cmd_from_buffer(nft, "list chains") == 0)
		sbuf_addf(ret, "%s", nft_ctx_get_output_buffer(nft));
	nft_ctx_free(nft);
}
