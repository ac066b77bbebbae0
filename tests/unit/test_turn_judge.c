/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turn_codec before a judge: libnice's STUN library in its OC2007 mode, by other people.
 *
 * It builds an Allocate of its own to compare ours with, accepts ours as a server would,
 * answers it, and our decoder must read that answer.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include <stun/stunagent.h>
#include <stun/usages/turn.h>

#include "turn_codec.h"

static const uint16_t known[] = {STUN_ATTRIBUTE_MAGIC_COOKIE, STUN_ATTRIBUTE_NONCE,
    STUN_ATTRIBUTE_REALM, STUN_ATTRIBUTE_ERROR_CODE, STUN_ATTRIBUTE_MS_ALTERNATE_SERVER,
    STUN_ATTRIBUTE_MS_VERSION, 0};

static void
judge_init(StunAgent *judge)
{
	stun_agent_init(judge, known, STUN_COMPATIBILITY_OC2007,
	    STUN_AGENT_USAGE_IGNORE_CREDENTIALS | STUN_AGENT_USAGE_NO_ALIGNED_ATTRIBUTES);
}

static void
our_allocate_is_the_judges(void **state)
{
	StunAgent judge;
	StunMessage message;
	uint8_t theirs[512], ours[TURN_ALLOCATE], tx[TURN_TRANSACTION];
	size_t n;

	(void)state;
	judge_init(&judge);
	n = stun_usage_turn_create(&judge, &message, theirs, sizeof theirs, NULL,
	    STUN_USAGE_TURN_REQUEST_PORT_NORMAL, -1, -1, NULL, 0, NULL, 0,
	    STUN_USAGE_TURN_COMPATIBILITY_OC2007);
	assert_int_equal(n, TURN_ALLOCATE);
	memcpy(tx, theirs + 4, sizeof tx);
	turn_allocate(ours, tx);
	assert_memory_equal(ours, theirs, TURN_ALLOCATE);
}

/* The judge takes our request for a request, and what it answers is read by us. */
static size_t
judges_answer(uint8_t *answer, size_t size, const uint8_t tx[TURN_TRANSACTION], int error)
{
	StunAgent judge;
	StunMessage request, message;
	uint8_t ours[TURN_ALLOCATE];
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(3478)};
	size_t length;

	judge_init(&judge);
	turn_allocate(ours, tx);
	assert_int_equal(
	    stun_agent_validate(&judge, &request, ours, sizeof ours, NULL, NULL),
	    STUN_VALIDATION_SUCCESS);
	assert_int_equal(stun_message_get_class(&request), STUN_REQUEST);
	assert_int_equal(stun_message_get_method(&request), STUN_ALLOCATE);
	assert_true(stun_agent_init_response(&judge, &message, answer, size, &request));
	/* stun_agent_init_error() would put the error in front of the Magic-Cookie, where
	 * [MS-TURN] forbids it: so a response, whose class then becomes error. */
	answer[0] = TURN_TYPE_ALLOCATE_ERROR >> 8;
	answer[1] = TURN_TYPE_ALLOCATE_ERROR & 0xff;
	assert_int_equal(stun_message_append32(
			     &message, STUN_ATTRIBUTE_MAGIC_COOKIE, TURN_MAGIC_COOKIE),
	    STUN_MESSAGE_RETURN_SUCCESS);
	assert_int_equal(stun_message_append_error(&message, (StunError)error),
	    STUN_MESSAGE_RETURN_SUCCESS);
	to.sin_addr.s_addr = inet_addr("131.107.155.30");
	assert_int_equal(
	    stun_message_append_string(&message, STUN_ATTRIBUTE_REALM, "rtcmedia"),
	    STUN_MESSAGE_RETURN_SUCCESS);
	assert_int_equal(
	    stun_message_append_string(&message, STUN_ATTRIBUTE_NONCE, "n0nce"),
	    STUN_MESSAGE_RETURN_SUCCESS);
	assert_int_equal(
	    stun_message_append_addr(&message, STUN_ATTRIBUTE_MS_ALTERNATE_SERVER,
		(struct sockaddr *)&to, sizeof to),
	    STUN_MESSAGE_RETURN_SUCCESS);
	length = stun_agent_finish_message(&judge, &message, NULL, 0);
	assert_true(length > 0);
	return length;
}

static void
the_judges_answer_is_read(void **state)
{
	static const uint8_t tx[TURN_TRANSACTION] = "sixteen octets..";
	uint8_t answer[512];
	struct turn_answer a;
	char text[ADDR_TEXT_MAX];
	size_t n = judges_answer(answer, sizeof answer, tx, 401);

	(void)state;
	assert_int_equal(turn_decode(answer, n, tx, &a), 0);
	assert_int_equal(a.type, TURN_TYPE_ALLOCATE_ERROR);
	assert_int_equal(a.error, TURN_ERROR_UNAUTHORIZED);
	assert_true(a.realm);
	assert_true(a.nonce);
	assert_string_equal(addr_text(&a.alternate, text), "131.107.155.30");
	assert_int_equal(a.alternate_port, 3478);

	n = judges_answer(answer, sizeof answer, tx, 300);
	assert_int_equal(turn_decode(answer, n, tx, &a), 0);
	assert_int_equal(a.error, 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(our_allocate_is_the_judges),
	    cmocka_unit_test(the_judges_answer_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
