/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_TABLE_H
#define LB_KERNEL_TABLE_H

/*
 * table - what a hash or a trie of the packet path shall hold, and the two halves of
 * making it so: first everything that is wanted is there, later nothing else is.
 *
 * Between the two the rows of other maps change, so that a packet finds complete rows
 * behind whatever it finds here.
 */
#include <stddef.h>
#include <stdint.h>

struct table {
	size_t key_size, n, room;
	uint8_t *keys;    /* n of them, in the order of their octets */
	uint32_t *values; /* for each key */
};

void table_init(struct table *t, size_t key_size);
void table_fini(struct table *t);
/* 0 or -ENOMEM. */
int table_add(struct table *t, const void *key, uint32_t value);

/* Both on the map of descriptor @fd.  0 or -errno. */
int table_write(const struct table *t, int fd);
/* What the map holds, too, is added to @t; its value does not matter. */
int table_read(struct table *t, int fd);
/* Takes away what is not in @t. */
int table_keep_only(const struct table *t, int fd);

#endif
