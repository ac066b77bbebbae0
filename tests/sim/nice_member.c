/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nice-member: an A/V Edge whose every octet is libnice's, for judging who asks it.
 *
 *   nice-member ADDR PORT
 *
 * Reads each datagram with libnice's STUN library in its OC2007 mode and prints one JSON
 * line of what that understood.  An Allocate without credentials gets 401 with realm,
 * nonce and Alternate-Server, composed by the same library; anything else gets nothing.
 * Ends when it is killed.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <stun/stunagent.h>
#include <stun/usages/turn.h>
#include <unistd.h>

#define BUFFER_LEN 2048

static int
listen_udp(const char *host, const char *port, struct sockaddr_storage *ret)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM,
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	struct addrinfo *found;
	int fd;

	if (getaddrinfo(host, port, &hints, &found) != 0)
		return -1;
	fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) != 0) {
		close(fd);
		fd = -1;
	}
	memcpy(ret, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return fd;
}

/* What libnice finds in a request that it accepts; true: an Allocate of a stranger. */
static bool
judge(const StunMessage *request, size_t n)
{
	uint32_t cookie = 0, version = 0;
	bool allocate = stun_message_get_class(request) == STUN_REQUEST &&
			stun_message_get_method(request) == STUN_ALLOCATE;
	bool stranger =
	    !stun_message_has_attribute(request, STUN_ATTRIBUTE_USERNAME) &&
	    !stun_message_has_attribute(request, STUN_ATTRIBUTE_MESSAGE_INTEGRITY);

	stun_message_find32(request, STUN_ATTRIBUTE_MAGIC_COOKIE, &cookie);
	stun_message_find32(request, STUN_ATTRIBUTE_MS_VERSION, &version);
	printf("{\"ok\":true,\"octets\":%zu,\"allocate\":%s,\"stranger\":%s,"
	       "\"cookie\":%s,\"version\":%u}\n",
	    n, allocate ? "true" : "false", stranger ? "true" : "false",
	    cookie == TURN_MAGIC_COOKIE ? "true" : "false", version);
	return allocate && stranger;
}

/* The dialect wants its cookie before all else, so not stun_agent_init_error(). */
static size_t
challenge(StunAgent *agent, const StunMessage *request,
    const struct sockaddr_storage *alternate, uint8_t *buffer, size_t size)
{
	StunMessage m = {.agent = agent, .buffer = buffer, .buffer_len = size};
	StunTransactionId id;
	socklen_t length = alternate->ss_family == AF_INET ? sizeof(struct sockaddr_in)
							   : sizeof(struct sockaddr_in6);

	stun_message_id(request, id);
	if (!stun_message_init(&m, STUN_ERROR, STUN_ALLOCATE, id) ||
	    stun_message_append32(&m, STUN_ATTRIBUTE_MAGIC_COOKIE, TURN_MAGIC_COOKIE) !=
		0 ||
	    stun_message_append_error(&m, STUN_ERROR_UNAUTHORIZED) != 0 ||
	    stun_message_append_string(&m, STUN_ATTRIBUTE_REALM, "\"rtcmedia\"") != 0 ||
	    stun_message_append_string(&m, STUN_ATTRIBUTE_NONCE, "\"0123456789\"") != 0 ||
	    stun_message_append_addr(&m, STUN_ATTRIBUTE_MS_ALTERNATE_SERVER,
		(const struct sockaddr *)alternate, length) != 0)
		return 0;
	return stun_agent_finish_message(agent, &m, NULL, 0);
}

static void
serve(int fd, StunAgent *agent, const struct sockaddr_storage *local)
{
	uint8_t in[BUFFER_LEN], out[BUFFER_LEN];
	struct sockaddr_storage peer;
	socklen_t length = sizeof peer;
	StunMessage request;
	ssize_t n = recvfrom(fd, in, sizeof in, 0, (struct sockaddr *)&peer, &length);
	StunValidationStatus status;

	if (n < 0)
		return;
	status = stun_agent_validate(agent, &request, in, (size_t)n, NULL, NULL);
	if (status != STUN_VALIDATION_SUCCESS) {
		printf("{\"ok\":false,\"octets\":%zd,\"status\":%d}\n", n, (int)status);
		return;
	}
	if (!judge(&request, (size_t)n))
		return;
	n = (ssize_t)challenge(agent, &request, local, out, sizeof out);
	(void)sendto(fd, out, (size_t)n, 0, (struct sockaddr *)&peer, length);
}

int
main(int argc, char **argv)
{
	struct sockaddr_storage local = {0};
	StunAgent agent;
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: nice-member ADDR PORT\n");
		return 2;
	}
	fd = listen_udp(argv[1], argv[2], &local);
	if (fd < 0) {
		perror("nice-member");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	stun_agent_init(&agent, STUN_MSOC_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_OC2007,
	    STUN_AGENT_USAGE_NO_ALIGNED_ATTRIBUTES);
	for (;;)
		serve(fd, &agent, &local);
}
