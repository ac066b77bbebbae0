/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_HEALTH_ADMIN_STORE_H
#define EDGE_HEALTH_ADMIN_STORE_H

/*
 * admin_store - the list of admin states in a file that survives: DIR/admin.state.
 *
 * Written anew beside it, synced, renamed: at any moment there is one whole file.  A file
 * that cannot be understood is moved aside to admin.state.bad and everything counts as
 * enabled, said in one line by who opens the store.
 */
#include "admin_list.h"

struct admin_store {
	char path[4096];
	struct admin_list list;
};

/* 0 with an empty @why: read, or there is none yet.  0 with a sentence in @why: it could
 * not be used and was moved aside.  -errno with a sentence: it cannot be read at all. */
int admin_store_open(struct admin_store *s, const char *dir, char *why, size_t why_size);
void admin_store_close(struct admin_store *s);

/* Sets and writes.  -errno and nothing changed, when it cannot be written. */
int admin_store_set(struct admin_store *s, const char *full_name, enum admin admin);

#endif
