/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_HOST_H
#define EDGE_TESTS_HOST_H

/*
 * host - a network namespace of this process's own, with a link to clients, one to
 * members, one that nothing comes in by (to client 201), and no route to client 200.
 */
#include <edge/sbuf.h>
#include <stdint.h>

/* Once in a process; the namespace ends with it.  0; or -errno with a sentence. */
int host_open(uint32_t *clients, uint32_t *members, struct sbuf *why);

/* Who has @address at the link "c0" (clients), "m0" (members) or "u0" (client 201): the
 * hardware address HOST_NEAR with @last as its last octet; 0: nobody is known.  -EIO where
 * ip does not do so. */
#define HOST_NEAR 0x02, 0x00, 0x00, 0x00, 0x01
int host_neighbour(const char *link, const char *address, uint8_t last);
/* He is looked for ("incomplete"), or did not answer ("failed"). */
int host_neighbour_is(const char *link, const char *address, const char *state);
/* All members and the routers to clients are known, as on a host that has been at work. */
int host_knows_all(struct sbuf *why);

#endif
