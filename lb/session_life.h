/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_SESSION_LIFE_H
#define LB_SESSION_LIFE_H

/*
 * session_life - a TCP session from inside: for the session_*.c files alone.
 *
 *   session_life.c    its states: entering one, and the single exit
 *   session_member.c  finding a member that answers
 *   session_relay.c   octets between client and member
 *   session.c         beginning: accepting, and what the events of its life mean
 *   session_state.c   carrying it through an upgrade
 *
 * Each calls those above it only, but for the last two, which share how one begins.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/clock.h>

#include "queue.h"
#include "relay.h"
#include "seat.h"
#include "worker.h"

/*
 *          member found            connected           one side ended
 *  ACCEPTED ---------> CONNECTING ----------> RELAYING --------------> ENDING
 *     |                 |  ^    |                 | |                    |
 *     |                 +--+    |                 | | other side too,    | other side
 *     |   refused, late: next   | none left       | | broken, idle       | too, broken,
 *     |                 ^       |                 | |                    | idle
 *     |                 +-------+-----------------+ |                    |
 *     |                         | broken before the |                    |
 *     | no member, limit        v first octet: next v                    |
 *     +---------------------> CLOSED <--------------+--------------------+
 *
 * Where a member could take it but for its rate, a session is WAITING instead, until
 * session_take_turn() looks again; a client that ends meanwhile has given up.
 *
 * CLOSED is entered by session_close() only, which is the single exit.
 */
enum session_state {
	SESSION_ACCEPTED,
	SESSION_WAITING,
	SESSION_CONNECTING,
	SESSION_RELAYING,
	SESSION_ENDING,
	SESSION_CLOSED,
};

struct session {
	struct seat seat;
	struct leg client, member;
	struct duty duty;        /* more to relay, or dead */
	struct queue_entry turn; /* WAITING */
	enum session_state state;
	bool heard; /* an octet of the member was passed on */
	bool asked; /* an octet of the client was */
	int64_t idle_ns, half_close_ns;
};

_Static_assert(sizeof(struct session) <= 512, "an idle session stays below 1 KiB in all");

/* No accepting for so long when descriptors, ports or memory are short. */
#define SESSION_SHORTAGE_NS (100 * NS_PER_MS)

static inline struct worker *
session_worker(const struct session *s)
{
	return s->seat.gate->worker;
}

/* session_life.c */

/* The one place that changes the state, with what belongs to it. */
void session_enter(struct session *s, enum session_state next);
void session_close(struct session *s, enum close_reason reason);
/* Closes one leg of it: with a reset when @reset, else with an end. */
void session_part(struct session *s, struct leg *leg, bool reset);
/* Young: TCP's limits for peers that have vanished are not set yet, for most sessions are
 * over before they matter.  Its time runs from its first octet on. */
bool session_is_young(const struct session *s);
void session_grow_up(struct session *s);

/* session_member.c */

/* Tries members until one is being connected to, or the session waits or is closed. */
void session_find_member(struct session *s);
/* The member failed before it cost the client anything. */
void session_next_member(struct session *s, enum reason reason);
/* What epoll said of the member that is being connected to. */
void session_check_connect(struct session *s, uint32_t events);
void session_await_turn(struct session *s);

/* session_relay.c: moves what can be moved; may close the session. */
void session_relay(struct session *s);

/* session.c: what a new one and one of the program before have in common. */
void session_init(struct session *s);
seat_end_fn session_end, session_late;

#endif
