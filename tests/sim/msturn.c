/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MS-TURN codec.  Must not decide what to answer; see turn.c.
 */
#include "msturn.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define ATTRIBUTE 4 /* type and length, before each value */
#define SHA1      20

static const uint8_t cookie[] = {0x00, 0x0f, 0x00, 0x04, 0x72, 0xc6, 0x4b, 0xc6};

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void
put16(struct octets *out, size_t value)
{
	assert(value <= UINT16_MAX);
	octets_append(out, (uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static void
take_attribute(struct msturn_message *m, uint16_t type, struct msturn_value value)
{
	struct msturn_value *slot = NULL;

	if (type == MSTURN_USERNAME)
		slot = &m->username;
	else if (type == MSTURN_INTEGRITY)
		slot = &m->integrity;
	else if (type == MSTURN_REALM)
		slot = &m->realm;
	else if (type == MSTURN_NONCE)
		slot = &m->nonce;
	else if (type == MSTURN_DESTINATION)
		slot = &m->destination;
	else if (type == MSTURN_DATA)
		slot = &m->data;
	if (slot != NULL && slot->at == NULL)
		*slot = value;
}

int
msturn_parse(const uint8_t *bytes, size_t len, struct msturn_message *m)
{
	if (len < MSTURN_HEADER + sizeof cookie || (bytes[0] & 0xc0) != 0 ||
	    get16(bytes + 2) != len - MSTURN_HEADER ||
	    memcmp(bytes + MSTURN_HEADER, cookie, sizeof cookie) != 0)
		return -EBADMSG;
	*m = (struct msturn_message){
	    .bytes = bytes, .len = len, .type = get16(bytes), .id = bytes + 4};
	for (size_t at = MSTURN_HEADER; at < len;) {
		if (len - at < ATTRIBUTE)
			return -EBADMSG;
		size_t n = get16(bytes + at + 2);
		if (len - at - ATTRIBUTE < n)
			return -EBADMSG;
		take_attribute(m, get16(bytes + at),
		    (struct msturn_value){bytes + at + ATTRIBUTE, n});
		at += ATTRIBUTE + n;
	}
	return 0;
}

size_t
msturn_begin(struct octets *out, enum msturn_type type, const uint8_t *id)
{
	size_t start = out->len;

	put16(out, type);
	put16(out, 0);
	octets_append(out, id, MSTURN_ID);
	octets_append(out, cookie, sizeof cookie);
	return start;
}

void
msturn_put(struct octets *out, enum msturn_attribute a, const void *value, size_t n)
{
	put16(out, a);
	put16(out, n);
	octets_append(out, value, n);
}

void
msturn_put_u32(struct octets *out, enum msturn_attribute a, uint32_t value)
{
	value = htonl(value);
	msturn_put(out, a, &value, sizeof value);
}

void
msturn_put_error(struct octets *out, int code, const char *reason)
{
	uint8_t head[] = {0, 0, (uint8_t)(code / 100), (uint8_t)(code % 100)};
	size_t n = strlen(reason);

	put16(out, MSTURN_ERROR_CODE);
	put16(out, sizeof head + n);
	octets_append(out, head, sizeof head);
	octets_append(out, reason, n);
}

/* Family and raw address; @port and @bytes are in network order. */
static size_t
address_bytes(const struct sockaddr_storage *address, uint8_t port[2], uint8_t bytes[16])
{
	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *sin = (const void *)address;

		memcpy(port, &sin->sin_port, 2);
		memcpy(bytes, &sin->sin_addr, 4);
		return 4;
	}
	const struct sockaddr_in6 *sin6 = (const void *)address;
	assert(address->ss_family == AF_INET6);
	memcpy(port, &sin6->sin6_port, 2);
	memcpy(bytes, &sin6->sin6_addr, 16);
	return 16;
}

void
msturn_put_xor_address(struct octets *out, enum msturn_attribute a,
    const struct sockaddr_storage *address, const uint8_t *id)
{
	uint8_t value[20] = {0};
	size_t n = address_bytes(address, value + 2, value + 4);

	value[1] = n == 4 ? 1 : 2;
	value[2] ^= id[0];
	value[3] ^= id[1];
	for (size_t i = 0; i < n; i++)
		value[4 + i] ^= id[i];
	msturn_put(out, a, value, 4 + n);
}

void
msturn_put_address(
    struct octets *out, enum msturn_attribute a, const struct sockaddr_storage *address)
{
	static const uint8_t nothing[MSTURN_ID] = {0};

	msturn_put_xor_address(out, a, address, nothing);
}

void
msturn_end(struct octets *out, size_t start)
{
	size_t n = out->len - start - MSTURN_HEADER;

	assert(n <= UINT16_MAX);
	out->bytes[start + 2] = (uint8_t)(n >> 8);
	out->bytes[start + 3] = (uint8_t)n;
}

void
msturn_key_make(struct msturn_key *key, struct msturn_value username, const char *realm,
    const char *password)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	/* MD5 is what the protocol says; nothing is kept secret by it here. */
	EVP_DigestInit_ex(md, EVP_md5(), NULL);
	EVP_DigestUpdate(md, username.at, username.len);
	EVP_DigestUpdate(md, ":", 1);
	EVP_DigestUpdate(md, realm, strlen(realm));
	EVP_DigestUpdate(md, ":", 1);
	EVP_DigestUpdate(md, password, strlen(password));
	EVP_DigestFinal_ex(md, key->md5, NULL);
	EVP_MD_CTX_free(md);
}

/* @bytes: what stands before the attribute, its header's length counting the attribute.
 */
static void
integrity_make(
    const uint8_t *bytes, size_t n, const struct msturn_key *key, uint8_t sha1[SHA1])
{
	static const uint8_t zeros[64] = {0};
	struct octets text = {0};

	octets_append(&text, bytes, n);
	octets_append(&text, zeros, (64 - n % 64) % 64);
	HMAC(EVP_sha1(), key->md5, sizeof key->md5, text.bytes, text.len, sha1, NULL);
	octets_fini(&text);
}

bool
msturn_integrity_holds(const struct msturn_message *m, const struct msturn_key *key)
{
	uint8_t sha1[SHA1];

	/* It must be the last attribute, or what follows it would go unchecked. */
	if (m->integrity.len != SHA1 || m->integrity.at + SHA1 != m->bytes + m->len)
		return false;
	integrity_make(m->bytes, m->len - SHA1 - ATTRIBUTE, key, sha1);
	return CRYPTO_memcmp(sha1, m->integrity.at, SHA1) == 0;
}

void
msturn_put_integrity(struct octets *out, size_t start, const struct msturn_key *key)
{
	uint8_t sha1[SHA1] = {0};
	size_t before = out->len - start;

	msturn_put(out, MSTURN_INTEGRITY, sha1, sizeof sha1);
	msturn_end(out, start);
	integrity_make(out->bytes + start, before, key, sha1);
	memcpy(out->bytes + out->len - SHA1, sha1, SHA1);
}
