/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_HOST_H
#define EDGE_TESTS_HOST_H

/*
 * host - a network namespace of this process's own, with a link to clients and one to
 * members, and no route to client 200.
 */
#include <edge/sbuf.h>
#include <stdint.h>

/* Once in a process; the namespace ends with it.  0; or -errno with a sentence. */
int host_open(uint32_t *clients, uint32_t *members, struct sbuf *why);

#endif
