/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_TURN_CODEC_H
#define EDGE_PROBE_TURN_CODEC_H

/*
 * turn_codec - MS-TURN as octets: the Allocate we send and the answer we read.
 *
 * The dialect is that of [MS-TURN], not RFC 5766: a 20-octet header with a 16-octet
 * transaction id, attributes without padding, Nonce 0x0014 and Realm 0x0015, and the
 * Magic-Cookie attribute first in every message.  Over TCP each message has a 4-octet
 * frame: 02 00 and the length.
 *
 * Pure.  Octets from the network are hostile.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/addr.h>

#define TURN_TRANSACTION     16
#define TURN_ALLOCATE        36
#define TURN_FRAME           4
#define TURN_FRAMED_ALLOCATE (TURN_FRAME + TURN_ALLOCATE)

#define TURN_TYPE_ALLOCATE_ERROR 0x0113
#define TURN_ERROR_UNAUTHORIZED  401

struct turn_answer {
	uint16_t type;
	int error; /* 300..699; 0: no Error-Code attribute */
	bool realm, nonce;
	struct addr alternate; /* absent: no Alternate-Server */
	uint16_t alternate_port;
};

/* An Allocate request without credentials: what provokes a 401 from a living relay. */
void
turn_allocate(uint8_t octets[TURN_ALLOCATE], const uint8_t transaction[TURN_TRANSACTION]);
/* The same in its TCP frame. */
void turn_allocate_framed(
    uint8_t octets[TURN_FRAMED_ALLOCATE], const uint8_t transaction[TURN_TRANSACTION]);

/* Decodes one whole message.  0; -EBADMSG when it is not MS-TURN (the Magic-Cookie must
 * come first); -ENOMSG when it answers another transaction.  *ret only on 0. */
int turn_decode(const uint8_t *octets, size_t n,
    const uint8_t transaction[TURN_TRANSACTION], struct turn_answer *ret);

/* --- for people who want to see all of a message ---------------------------------- */

struct turn_attribute {
	uint16_t type;
	const uint8_t *value;
	size_t n;
};

/* The attribute at *@at, which begins with 0, and *@at behind it.  0; -ENOENT behind the
 * last one; -EBADMSG where octets and lengths do not fit. */
int turn_attribute_next(
    const uint8_t *octets, size_t n, size_t *at, struct turn_attribute *ret);
/* The address of an Alternate-Server; false for anything else. */
bool turn_attribute_alternate(const struct turn_attribute *a, struct addr *ret);
/* "Error-Code", "Allocate error"; NULL for numbers that [MS-TURN] does not have. */
const char *turn_attribute_name(uint16_t type);
const char *turn_type_name(uint16_t type);

#define TURN_VALUE_MAX 160
/* What a value says: "401 Unauthorized", "192.0.2.1:3478", or its octets.  Printable
 * ASCII whatever they are. */
const char *turn_attribute_text(const struct turn_attribute *a, char buf[TURN_VALUE_MAX]);

/* The message inside the first frame of a stream, at octets + TURN_FRAME.  0 with its
 * length; -EAGAIN when more must come; -EBADMSG when it is no control frame or longer
 * than @maximum. */
int turn_unframe(const uint8_t *octets, size_t n, size_t maximum, size_t *ret_length);

#endif
