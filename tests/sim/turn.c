/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The answers of an A/V Edge.
 *
 * Nothing is allocated: the relayed address is a plausible one out of 50000-59999, and
 * media is echoed.  What balancers and probers need to see (who answered, under which
 * address the client is seen, that media passes) does not need more.
 */
#include "turn.h"

#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define MEDIA_PORT_FIRST 50000
#define MEDIA_PORTS      10000
#define LIFETIME_S       600
/* Knows both address families, as every Edge since 2013 does. */
#define MS_VERSION 4

static in_port_t
get_port(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ((const struct sockaddr_in *)(const void *)address)->sin_port;
	return ((const struct sockaddr_in6 *)(const void *)address)->sin6_port;
}

/* The address clients should know this member by, in the family they came with. */
static struct sockaddr_storage
public_address(const struct turn_scene *s)
{
	const struct sockaddr_storage *set =
	    s->local->ss_family == AF_INET ? &s->manner->public4 : &s->manner->public6;
	struct sockaddr_storage address = *s->local;

	if (set->ss_family != AF_UNSPEC)
		address = *set;
	address_set_port(&address, get_port(s->local));
	return address;
}

/* As when the public address was forgotten in the topology. */
static struct sockaddr_storage
private_address(const struct turn_scene *s)
{
	struct sockaddr_storage address = *s->local;

	if (address.ss_family == AF_INET)
		inet_pton(AF_INET, "192.168.77.7",
		    &((struct sockaddr_in *)(void *)&address)->sin_addr);
	else
		inet_pton(AF_INET6, "fd77::7",
		    &((struct sockaddr_in6 *)(void *)&address)->sin6_addr);
	return address;
}

static void
put_quoted(struct octets *out, enum msturn_attribute a, const char *text)
{
	char value[160];
	int n = snprintf(value, sizeof value, "\"%s\"", text);

	msturn_put(out, a, value, (size_t)n);
}

static void
put_sequence(const struct turn_scene *s, struct octets *out)
{
	uint8_t value[24] = {0}; /* connection id, then sequence number 0 */

	s->manner->draw(value, 20);
	msturn_put(out, MSTURN_SEQUENCE, value, sizeof value);
}

static void
challenge(const struct turn_scene *s, const uint8_t *id, struct octets *out)
{
	struct sockaddr_storage alternate = s->sickness == SICKNESS_PRIVATE_ALTERNATE
						? private_address(s)
						: public_address(s);
	uint8_t draw[16];
	char nonce[2 * sizeof draw + 1];

	s->manner->draw(draw, sizeof draw);
	for (size_t i = 0; i < sizeof draw; i++)
		snprintf(nonce + 2 * i, 3, "%02x", draw[i]);
	size_t start = msturn_begin(out, MSTURN_ALLOCATE_ERROR, id);
	msturn_put_error(out, 401, "Unauthorized");
	put_quoted(out, MSTURN_REALM, s->manner->realm);
	put_quoted(out, MSTURN_NONCE, nonce);
	if (s->sickness != SICKNESS_NO_ALTERNATE)
		msturn_put_address(out, MSTURN_ALTERNATE_SERVER, &alternate);
	msturn_put_u32(out, MSTURN_VERSION, MS_VERSION);
	put_sequence(s, out);
	msturn_end(out, start);
}

static void
allocate(const struct turn_scene *s, const struct msturn_message *m, struct octets *out)
{
	const char *password = s->manner->turn_password;
	struct sockaddr_storage relayed = public_address(s);
	struct msturn_key key;
	uint16_t draw;

	if (m->username.at == NULL || m->integrity.at == NULL) {
		challenge(s, m->id, out);
		return;
	}
	if (password != NULL) {
		msturn_key_make(&key, m->username, s->manner->realm, password);
		if (!msturn_integrity_holds(m, &key)) {
			challenge(s, m->id, out);
			return;
		}
	}
	s->manner->draw(&draw, sizeof draw);
	address_set_port(
	    &relayed, htons((uint16_t)(MEDIA_PORT_FIRST + draw % MEDIA_PORTS)));
	size_t start = msturn_begin(out, MSTURN_ALLOCATE_OK, m->id);
	msturn_put_address(out, MSTURN_MAPPED_ADDRESS, &relayed);
	msturn_put_xor_address(out, MSTURN_XOR_MAPPED, s->peer, m->id);
	msturn_put_u32(out, MSTURN_LIFETIME, LIFETIME_S);
	msturn_put_u32(out, MSTURN_VERSION, MS_VERSION);
	put_sequence(s, out);
	if (password != NULL)
		msturn_put_integrity(out, start, &key);
	msturn_end(out, start);
}

static void
echo(const struct msturn_message *m, struct octets *out)
{
	if (m->data.at == NULL)
		return;
	size_t start = msturn_begin(out, MSTURN_DATA_INDICATION, m->id);
	if (m->destination.at != NULL)
		msturn_put(out, MSTURN_REMOTE, m->destination.at, m->destination.len);
	msturn_put(out, MSTURN_DATA, m->data.at, m->data.len);
	msturn_end(out, start);
}

void
turn_answer(
    const struct turn_scene *s, const struct msturn_message *m, struct octets *out)
{
	if (s->sickness == SICKNESS_SILENT)
		return;
	if (m->type == MSTURN_ALLOCATE) {
		allocate(s, m, out);
	} else if (m->type == MSTURN_SEND) {
		echo(m, out);
	} else if (m->type == MSTURN_SET_ACTIVE) {
		size_t start = msturn_begin(out, MSTURN_SET_ACTIVE_OK, m->id);

		msturn_end(out, start);
	}
}
