/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_MANNER_H
#define SIM_MANNER_H

/*
 * manner - what this member says about itself, whatever it is asked.
 *
 * Read by all the speeches, changed by none of them.
 */
#include <stddef.h>
#include <sys/socket.h>

struct manner {
	const char *name;         /* of the member: leads SIP tags and XMPP stream ids */
	const char *server_token; /* the Server header, "" for none */
	const char *realm;
	const char *sip_domain;    /* whose REGISTER goes to a next hop */
	const char *turn_password; /* NULL: any credential will do */
	/* The public address of a member behind NAT, by family; AF_UNSPEC: not set, the
	 * address the request came to is public. */
	struct sockaddr_storage public4, public6;
	/* Randomness, so that a golden test may choose it. */
	void (*draw)(void *bytes, size_t n);
};

#endif
