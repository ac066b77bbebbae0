/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kind_turn - Alternate-Server against the public addresses a member is configured with:
 * over UDP and TCP, of the family asked over and of the other.
 */
#include "unit.h"

#include <string.h>
#include <sys/socket.h>

#include "kind_turn.h"
#include "pseudo_tls.h"

static const uint8_t attributes[] = {0x00, 0x0f, 0, 4, 0x72, 0xc6, 0x4b,
    0xc6,                         /* cookie */
    0x00, 0x09, 0, 4, 0, 0, 4, 1, /* 401 */
    0x00, 0x15, 0, 1, 'r', 0x00, 0x14, 0, 1, 'n'};

/* A challenge whose Alternate-Server is @alternate; NULL: it has none. */
static size_t
challenge(uint8_t *octets, const uint8_t *transaction, const char *alternate)
{
	struct addr a = {0};
	size_t n = 20, length;

	memset(octets, 0, 20);
	octets[0] = 0x01;
	octets[1] = 0x13;
	memcpy(octets + 4, transaction, TURN_TRANSACTION);
	memcpy(octets + n, attributes, sizeof attributes);
	n += sizeof attributes;
	if (alternate != NULL) {
		assert_true(addr_parse(alternate, &a));
		length = a.family == AF_INET ? 4 : 16;
		memcpy(octets + n, "\x00\x0e\x00", 3);
		octets[n + 3] = (uint8_t)(4 + length);
		octets[n + 4] = 0;
		octets[n + 5] = a.family == AF_INET ? 1 : 2;
		octets[n + 6] = 0x0d;
		octets[n + 7] = 0x96;
		memcpy(octets + n + 8, a.bytes, length);
		n += 8 + length;
	}
	octets[3] = (uint8_t)(n - 20);
	return n;
}

static const struct row {
	const char *v4, *v6, *alternate; /* public addresses; what the relay names */
	enum reason reason;
} rows[] = {
    {"131.107.155.30", NULL, "131.107.155.30", REASON_OK},
    {"131.107.155.30", NULL, "10.45.16.30", REASON_PRIVATE_ALTERNATE},
    {"131.107.155.30", NULL, "131.107.155.31", REASON_PRIVATE_ALTERNATE},
    {"131.107.155.30", NULL, NULL, REASON_OK},
    {"131.107.155.30", NULL, "2001:db8::30", REASON_OK}, /* nothing to compare with */
    {"131.107.155.30", "2001:db8::30", "2001:db8::30", REASON_OK},
    {"131.107.155.30", "2001:db8::30", "131.107.155.30", REASON_OK},
    {"131.107.155.30", "2001:db8::30", "2001:db8::31", REASON_PRIVATE_ALTERNATE},
    {NULL, "2001:db8::30", "fd00::30", REASON_PRIVATE_ALTERNATE},
    {NULL, NULL, "10.45.16.30", REASON_OK}, /* the inner side: not compared */
};

static void
public_addresses(const struct row *row, struct addrs *ret)
{
	*ret = (struct addrs){0};
	if (row->v4 != NULL)
		assert_true(addr_parse(row->v4, &ret->at[FAMILY_V4]));
	if (row->v6 != NULL)
		assert_true(addr_parse(row->v6, &ret->at[FAMILY_V6]));
}

static void
alternate_is_compared_with_the_public_address_of_its_family(void **state)
{
	static struct probe_run p;

	(void)state;
	for (size_t i = 0; i < countof(rows); i++)
		for (int tcp = 0; tcp < 2; tcp++) {
			struct probe_question q = {0};
			uint8_t *at = p.in + (tcp ? TURN_FRAME : 0);

			public_addresses(&rows[i], &q.public);
			p = (struct probe_run){.question = &q, .greeted = true};
			memset(p.transaction, (int)i + 1, sizeof p.transaction);
			p.n_in = challenge(at, p.transaction, rows[i].alternate);
			if (tcp) {
				memcpy(p.in, (uint8_t[]){2, 0, 0, (uint8_t)p.n_in}, 4);
				p.n_in += TURN_FRAME;
			}
			assert_int_equal(
			    tcp ? kind_turn_look_tcp(&p) : kind_turn_look_udp(&p),
			    LOOK_DONE);
			assert_true(p.outcome.ok);
			if (p.outcome.reason != rows[i].reason)
				fail_msg("row %zu, tcp %d: %s", i, tcp,
				    reason_word(p.outcome.reason));
			assert_int_equal(addr_present(&p.outcome.alternate),
			    rows[i].alternate != NULL);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(alternate_is_compared_with_the_public_address_of_its_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
