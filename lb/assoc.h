/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_ASSOC_H
#define LB_ASSOC_H

/*
 * assoc - a UDP client's association: its datagrams go to one member, the member's come
 * back from the VIP.
 *
 * Keyed by the client's address and port and the listener.  One descriptor each, the
 * member leg; the client's side is the listener's own socket.  assoc_room.h says what a
 * flood of invented sources may take, which costs nobody else.
 */
#include <stddef.h>
#include <stdint.h>

#include "gate.h"
#include "seat.h"
#include "seat_state.h"

struct assoc_table;

struct assoc_table *assoc_table_new(size_t maximum, uint64_t secret);
void assoc_table_free(struct assoc_table **pt); /* must be empty */

/* Reads what waits at the gate's socket, a bounded number per turn, and passes it on. */
void assoc_receive(struct gate *g, int fd);

/* An upgrade; as with sessions (session.h). */
bool assoc_save(struct seat *seat, struct saved_assoc *ret);
int assoc_restore(const struct saved_assoc *from, const struct restoring *r);

#endif
