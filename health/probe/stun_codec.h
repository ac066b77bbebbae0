/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_STUN_CODEC_H
#define EDGE_PROBE_STUN_CODEC_H

/*
 * stun_codec - STUN (RFC 5389) and TURN (RFC 5766) as octets: what we ask of a server
 * that is no Edge Server, and its answer.
 *
 * Not MS-TURN, which is turn_codec.h: there the transaction id has 16 octets, attributes
 * are not padded, and Realm and Nonce have each other's number.  An A/V Edge must not
 * answer what is made here.
 *
 * Pure.  Octets from the network are hostile.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/addr.h>

#define STUN_TRANSACTION 12
#define STUN_BINDING     28 /* header and FINGERPRINT */
#define STUN_ALLOCATE    36 /* header, REQUESTED-TRANSPORT and FINGERPRINT */

#define STUN_TYPE_BINDING_SUCCESS 0x0101
#define STUN_TYPE_ALLOCATE_ERROR  0x0113
#define STUN_ERROR_UNAUTHORIZED   401

struct stun_answer {
	uint16_t type;
	int error; /* 300..699; 0: no ERROR-CODE */
	bool realm, nonce;
	bool fingerprint;   /* there, and right: a wrong one is no STUN */
	struct addr mapped; /* XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS; or absent */
	uint16_t mapped_port;
};

/* "Who am I?" */
void
stun_binding(uint8_t octets[STUN_BINDING], const uint8_t transaction[STUN_TRANSACTION]);
/* An Allocate for UDP without credentials: what provokes a 401 from a living relay. */
void
stun_allocate(uint8_t octets[STUN_ALLOCATE], const uint8_t transaction[STUN_TRANSACTION]);

/* Decodes one whole message.  0; -EBADMSG when it is not STUN (magic cookie, lengths,
 * FINGERPRINT); -ENOMSG when it answers another transaction.  *ret only on 0. */
int stun_decode(const uint8_t *octets, size_t n,
    const uint8_t transaction[STUN_TRANSACTION], struct stun_answer *ret);

#endif
