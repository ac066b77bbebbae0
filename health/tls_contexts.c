/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_contexts - settings compared by what they say, not by where they stand.
 */
#include "tls_contexts.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_tls(const struct tls_conf *a, const struct tls_conf *b)
{
	return same_text(a->certificate, b->certificate) && same_text(a->key, b->key) &&
	       same_text(a->ca, b->ca) && same_text(a->min_version, b->min_version) &&
	       a->sni == b->sni;
}

int
tls_contexts_get(struct tls_contexts *t, const struct tls_conf *conf,
    struct tls_context **ret, char *why, size_t why_size)
{
	struct tls_shared *all;
	int err;

	for (size_t i = 0; i < t->n; i++)
		if (same_tls(conf, t->all[i].conf)) {
			*ret = t->all[i].context;
			return 0;
		}
	snprintf(why, why_size, "out of memory");
	all = reallocarray(t->all, t->n + 1, sizeof *all);
	if (all == NULL)
		return -ENOMEM;
	t->all = all;
	err = tls_context_new(conf, ret, why, why_size);
	if (err == 0)
		all[t->n++] = (struct tls_shared){.conf = conf, .context = *ret};
	return err;
}

void
tls_contexts_fini(struct tls_contexts *t)
{
	for (size_t i = 0; i < t->n; i++)
		tls_context_free(&t->all[i].context);
	free(t->all);
	*t = (struct tls_contexts){0};
}
