/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nft - with libnftables.  A context lives for one call only: it is needed at start,
 * reload and end, and holds megabytes.
 *
 * libnftables waits with select(), which ends the program when its socket's number is
 * 1024 or above, as it is in a balancer with a few hundred sessions.  So each call has a
 * thread of its own with a table of descriptors of its own, in which numbers are low.
 */
#include "nft.h"

#include <errno.h>
#include <linux/close_range.h>
#include <nftables/libnftables.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define FIRST_OWN_FD 3

/* What the thread is to do, and what came of it. */
struct errand {
	const char *commands;
	struct sbuf *out, *why; /* NULL: nobody wants it */
	int err;
};

bool
nft_is_built_in(void)
{
	return true;
}

static int
errand_run(const struct errand *e)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	int err = 0;

	if (nft == NULL)
		return -ENOMEM;
	nft_ctx_buffer_error(nft);
	nft_ctx_buffer_output(nft);
	if (nft_run_cmd_from_buffer(nft, e->commands) != 0) {
		const char *text = nft_ctx_get_error_buffer(nft);

		err = -EINVAL;
		/* Its first line says it; the rest repeats the command. */
		if (e->why != NULL)
			sbuf_add(e->why, text, strcspn(text, "\n"));
	} else if (e->out != NULL) {
		sbuf_addf(e->out, "%s", nft_ctx_get_output_buffer(nft));
	}
	nft_ctx_free(nft);
	return err;
}

static void *
errand_thread(void *arg)
{
	struct errand *e = arg;

	if (close_range(FIRST_OWN_FD, ~0u, CLOSE_RANGE_UNSHARE) != 0) {
		e->err = -errno;
		if (e->why != NULL)
			sbuf_addf(e->why,
			    "close_range: %s (Linux 5.9 or newer is needed)",
			    strerror(-e->err));
		return NULL;
	}
	e->err = errand_run(e);
	return NULL;
}

/* The caller waits: what follows depends on the outcome. */
static int
errand_send(struct errand *e)
{
	pthread_t thread;
	int err = pthread_create(&thread, NULL, errand_thread, e);

	if (err != 0)
		return -err;
	pthread_join(thread, NULL);
	return e->err;
}

int
nft_run(const char *commands, struct sbuf *why)
{
	return errand_send(&(struct errand){.commands = commands, .why = why});
}

void
nft_chains(struct sbuf *ret)
{
	errand_send(&(struct errand){.commands = "list chains", .out = ret});
}
