/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_TLS_CONTEXTS_H
#define EDGE_HEALTH_TLS_CONTEXTS_H

/*
 * tls_contexts - one TLS context for all services of all pools with the same settings.
 *
 * A context reads the system's authorities, which takes tens of milliseconds in which
 * nobody is probed: one for each pool would stop the loop at every reload.
 */
#include <stddef.h>

#include <edge/model.h>

#include "probe/tls.h"

struct tls_contexts {
	struct tls_shared {
		const struct tls_conf *conf; /* of the model, which must outlive this */
		struct tls_context *context;
	} * all;
	size_t n;
};

/* Holds nothing, and is fit for tls_contexts_fini(), when it is all zeros.  The context
 * for these settings, lent: one that is there, or a new one.  0, or -errno with a
 * sentence in
 * @why. */
int tls_contexts_get(struct tls_contexts *t, const struct tls_conf *conf,
    struct tls_context **ret, char *why, size_t why_size);
void tls_contexts_fini(struct tls_contexts *t);

#endif
