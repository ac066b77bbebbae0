/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_NOTICE_H
#define EDGE_NOTICE_H

/*
 * notice - "look now": a fixed-size datagram that may be lost.  The board is the truth.
 *
 * Each daemon may own DIR/NAME.notice; anybody in the group may send to it.  Sending
 * never blocks and never fails loudly: who misses a notice reads the board a second
 * later anyway.
 */
#include <stdbool.h>
#include <stdint.h>

enum notice_kind {
	NOTICE_STATE =
	    1, /* from edge-health: id is a member or endpoint, word its state */
	NOTICE_BOARD = 2,    /* a board was replaced: reopen */
	NOTICE_EVIDENCE = 3, /* from edge-lb: id is an endpoint, word an enum reason */
};

struct notice {
	uint32_t magic;
	uint32_t kind; /* enum notice_kind */
	uint64_t id;
	uint64_t word;
	int64_t boot_ns;
};

_Static_assert(sizeof(struct notice) == 32, "crosses process borders");

/* Binds DIR/NAME.notice, replacing a socket left behind.  A non-blocking descriptor, or
 * -errno. */
int notice_open(const char *dir, const char *name);
/* The next notice; false when there is none.  Malformed datagrams are skipped. */
bool notice_receive(int fd, struct notice *ret);
/* Takes what has come, whatever it says; true when there was any.  Bounded: who sends
 * without end does not hold the receiver. */
bool notice_drain(int fd);
/* An unconnected descriptor to send from, or -errno. */
int notice_sender_open(void);
/* Sends to DIR/NAME.notice.  False when it could not be handed over. */
bool notice_send(int fd, const char *dir, const char *name, enum notice_kind kind,
    uint64_t id, uint64_t word);

#endif
