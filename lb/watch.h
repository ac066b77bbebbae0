/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_WATCH_H
#define LB_WATCH_H

/*
 * watch - the sockets of a worker's sessions, in an edge-triggered epoll set: registered
 * once, never modified, gone when they close.
 *
 *     kernel   event: descriptor, number of its registration
 *                          |
 *     table    descriptor -+-> watch, number
 *
 * The kernel keeps no pointer of ours, so the set outlives the program: an upgrade hands
 * it on with everything that is registered in it.  The number tells an event of a socket
 * that was closed in this very batch from those of the next one with its descriptor.
 *
 * One worker's, unlocked.
 */
#include <stddef.h>
#include <stdint.h>

struct watch {
	void (*ready)(struct watch *watch, uint32_t events);
};

struct watch_entry {
	struct watch *watch; /* NULL: none */
	uint32_t number;     /* 0: registered by the program before, any number is its */
};

struct watch_set {
	int fd;          /* -1: none */
	uint32_t number; /* of the newest registration */
	struct watch_entry *entries;
	size_t n_entries; /* above any descriptor; only what is touched takes memory */
};

/* 0 or -errno.  An @fd above -1 is a set that was handed on, with the @number it was at;
 * it is ours from then on. */
int watch_set_init(struct watch_set *s, int fd, uint32_t number);
void watch_set_fini(struct watch_set *s);

/* Registers @fd until it closes.  0 or -errno. */
int watch_set_add(struct watch_set *s, int fd, struct watch *watch);
/* @fd is registered already, in a set that was handed on. */
int watch_set_adopt(struct watch_set *s, int fd, struct watch *watch);
/* Before @fd closes: what the kernel still tells of it is nobody's.  It does while
 * somebody else has the socket, too: nft.c's thread copies the table of descriptors. */
void watch_set_forget(struct watch_set *s, int fd);
/* Calls those who are ready, without waiting.  So many events were there; <0: none now.
 */
int watch_set_look(struct watch_set *s);

#endif
