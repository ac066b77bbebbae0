/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_PROBE_WORDS_H
#define CTL_PROBE_WORDS_H

/*
 * probe_words - the two words of "edgectl probe ADDRESS SERVICE", each by itself.  Pure.
 *
 * A service goes before a probe kind of the same name ("sip" is the inner side's 5061);
 * "kind/sip" means the kind.
 */
#include <edge/model.h>
#include <edge/sbuf.h>

struct probe_words {
	const struct member *member; /* or NULL: then it is an address */
	struct addr addr;
	uint16_t port; /* 0: the service's */
	int side;      /* -1: either */
	uint32_t services;
	enum probe kind; /* PROBE_NONE: services say it */
};

/* @m may be NULL: then nothing has a name.  False, with a line in @why. */
bool probe_words_read(const struct model *m, const char *address, const char *service,
    struct probe_words *ret, struct sbuf *why);

#endif
