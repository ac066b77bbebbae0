/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_MSTURN_H
#define SIM_MSTURN_H

/*
 * msturn - messages of [MS-TURN]: draft-rosenberg-midcom-turn-08, not RFC 5766.
 *
 *   0        2        4                       20
 *   +--------+--------+-----------------------+------------------------------
 *   | type   | length | transaction id (16)   | 000f 0004 72c64bc6 | type len value ...
 *   +--------+--------+-----------------------+------------------------------
 *
 * The magic cookie is an attribute, the first one; the id has all 16 octets; values are
 * not padded; NONCE is 0x0014 and REALM 0x0015, the other way round than in RFC 5389.
 *
 * Pure.  The simulator has its own codec so that the prober is not its own judge.
 */
#include "octets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define MSTURN_HEADER 20
#define MSTURN_ID     16

enum msturn_type {
	MSTURN_ALLOCATE = 0x0003,
	MSTURN_ALLOCATE_OK = 0x0103,
	MSTURN_ALLOCATE_ERROR = 0x0113,
	MSTURN_SEND = 0x0004,
	MSTURN_DATA_INDICATION = 0x0115,
	MSTURN_SET_ACTIVE = 0x0006,
	MSTURN_SET_ACTIVE_OK = 0x0106,
};

enum msturn_attribute {
	MSTURN_MAPPED_ADDRESS = 0x0001,
	MSTURN_USERNAME = 0x0006,
	MSTURN_INTEGRITY = 0x0008,
	MSTURN_ERROR_CODE = 0x0009,
	MSTURN_LIFETIME = 0x000d,
	MSTURN_ALTERNATE_SERVER = 0x000e,
	MSTURN_MAGIC_COOKIE = 0x000f,
	MSTURN_DESTINATION = 0x0011,
	MSTURN_REMOTE = 0x0012,
	MSTURN_DATA = 0x0013,
	MSTURN_NONCE = 0x0014,
	MSTURN_REALM = 0x0015,
	MSTURN_VERSION = 0x8008,
	MSTURN_XOR_MAPPED = 0x8020,
	MSTURN_SEQUENCE = 0x8050,
};

/* A stretch of the message; at == NULL: the attribute is not there. */
struct msturn_value {
	const uint8_t *at;
	size_t len;
};

struct msturn_message {
	const uint8_t *bytes; /* the whole message */
	size_t len;
	uint16_t type;
	const uint8_t *id;
	struct msturn_value username, integrity, realm, nonce, destination, data;
};

/* 0, or -EBADMSG: not a message of this dialect, to be ignored. */
int msturn_parse(const uint8_t *bytes, size_t len, struct msturn_message *m);

/* Writing: begin, put, put ..., end.  begin returns where the message starts and writes
 * the cookie; end fills in the length. */
size_t msturn_begin(struct octets *out, enum msturn_type type, const uint8_t *id);
void msturn_put(struct octets *out, enum msturn_attribute a, const void *value, size_t n);
void msturn_put_u32(struct octets *out, enum msturn_attribute a, uint32_t value);
void msturn_put_error(struct octets *out, int code, const char *reason);
void msturn_put_address(
    struct octets *out, enum msturn_attribute a, const struct sockaddr_storage *address);
/* XORed with the transaction id: there is no cookie in the header to do it with. */
void msturn_put_xor_address(struct octets *out, enum msturn_attribute a,
    const struct sockaddr_storage *address, const uint8_t *id);
void msturn_end(struct octets *out, size_t start);

/* Message-Integrity as RFC 3489 computes it: HMAC-SHA1 over what stands before the
 * attribute, padded with zeros to a multiple of 64.  put calls end itself. */
struct msturn_key {
	uint8_t md5[16];
};
void msturn_key_make(struct msturn_key *key, struct msturn_value username,
    const char *realm, const char *password);
bool msturn_integrity_holds(const struct msturn_message *m, const struct msturn_key *key);
void msturn_put_integrity(struct octets *out, size_t start, const struct msturn_key *key);

#endif
