/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNSLB_DNS_CTL_H
#define DNSLB_DNS_CTL_H

/*
 * dns_ctl - the verbs of the control socket.
 */
#include <edge/ctl.h>
#include <edge/sbuf.h>

#include "publisher.h"

/* What the verbs act on: main.c's daemon. */
struct dns_ctl {
	struct publisher *publisher;
	/* Loads the configuration anew.  False: the old one stands, @answer says why. */
	bool (*reload)(void *owner, struct sbuf *answer);
	void *owner;
};

extern const struct ctl_verb dns_ctl_verbs[];
extern const size_t dns_ctl_count;

#endif
