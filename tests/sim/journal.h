/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_JOURNAL_H
#define SIM_JOURNAL_H

/*
 * journal - one JSON line per connection and datagram: what a test asks afterwards.
 *
 * Bounded: after @left lines one last line says so and nothing more is written.
 */
#include "kinds.h"

#include <stdint.h>
#include <sys/socket.h>

struct journal {
	int fd; /* -1: nobody wants to know */
	uint64_t left;
	const char *name;
};

int journal_open(struct journal *j, const char *path, uint64_t lines, const char *name);
void journal_close(struct journal *j);
void journal_put(struct journal *j, enum kind k, const struct sockaddr_storage *peer,
    const struct sockaddr_storage *local);

#endif
