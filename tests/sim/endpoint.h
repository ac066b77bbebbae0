/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_ENDPOINT_H
#define SIM_ENDPOINT_H

/*
 * endpoint - one address and port of the member, with its present state of health.
 *
 * Owns the listening (or datagram) socket, the TLS context and the connections.
 */
#include "identity.h"
#include "journal.h"
#include "kinds.h"
#include "manner.h"

#include <ev.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* What all endpoints of a member share. */
struct member {
	struct manner manner;
	struct identity identity;
	struct journal journal;
	double slow_s; /* the default of SLOW */
};

struct conn;
struct late;

struct endpoint {
	struct member *member;
	struct ev_loop *loop;
	enum kind kind;
	struct sockaddr_storage address;
	enum sickness sickness;
	double slow_s;
	int fd; /* -1: refused */
	ev_io io;
	ev_timer pause; /* out of descriptors: try again soon */
	SSL_CTX *ctx;
	struct conn *conns;
	struct late *lates; /* datagrams waiting to be answered */
	unsigned n_lates;
	uint64_t accepted; /* connections, or datagrams */
	uint64_t open;     /* connections now */
};

/* Healthy and listening: 0, or -errno with the reason in @why. */
int endpoint_start(struct endpoint *e, char *why, size_t why_len);
void endpoint_stop(struct endpoint *e);

/* 0, or -errno with the reason in @why and everything as it was.  @slow_s <= 0: the
 * member's default. */
int endpoint_fall_ill(
    struct endpoint *e, enum sickness s, double slow_s, char *why, size_t why_len);
/* Reset all connections. */
void endpoint_drop(struct endpoint *e);

#endif
