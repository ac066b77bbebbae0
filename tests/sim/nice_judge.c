/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nice-judge: libnice, which speaks to real A/V Edge Servers, judges an MS-TURN server.
 *
 *   nice-judge stun ADDR PORT USER PASSWORD
 *       libnice's STUN library in its OC2007 mode: an Allocate, the challenge, an
 *       Allocate with credentials, over UDP.
 *   nice-judge agent ADDR udp|tls PORT USER PASSWORD [LOCAL]
 *       a whole ICE agent in OC2007R2 mode gathers relayed candidates, over UDP or, with
 *       "tls", through pseudo-TLS and its frames.
 *
 * Prints one JSON line of what libnice understood; exit 0 when it was content, 1 when
 * not, 2 for usage.  It decides nothing by itself: every octet sent is made by libnice,
 * and every octet received is read by it.
 */
#include <agent.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stun/stunagent.h>
#include <stun/usages/turn.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_S   5
#define GATHER_S   15
#define BUFFER_LEN 2048

struct text {
	char text[INET6_ADDRSTRLEN + 8];
};

static struct text
format(const struct sockaddr_storage *a, socklen_t len)
{
	struct text t;
	char host[INET6_ADDRSTRLEN], port[8];

	if (getnameinfo((const struct sockaddr *)a, len, host, sizeof host, port,
		sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(t.text, sizeof t.text, "none");
	else
		snprintf(t.text, sizeof t.text,
		    a->ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
	return t;
}

static int
fail(const char *what)
{
	printf("{\"ok\":false,\"error\":\"%s\"}\n", what);
	return 1;
}

static int
connect_udp(const char *host, const char *port)
{
	const struct addrinfo hints = {
	    .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	const struct timeval patience = {.tv_sec = ANSWER_S};
	struct addrinfo *found;
	int fd = -1;

	if (getaddrinfo(host, port, &hints, &found) != 0)
		return -1;
	fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && (connect(fd, found->ai_addr, found->ai_addrlen) != 0 ||
			   setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			       sizeof patience) != 0)) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd;
}

/* Send the @n octets of @request, have libnice read the answer into @response. */
static StunValidationStatus
ask(int fd, StunAgent *agent, const uint8_t *request, size_t n, StunMessage *response,
    uint8_t *buffer)
{
	if (send(fd, request, n, 0) != (ssize_t)n)
		return STUN_VALIDATION_NOT_STUN;
	ssize_t got = recv(fd, buffer, BUFFER_LEN, 0);
	if (got <= 0)
		return STUN_VALIDATION_INCOMPLETE_STUN;
	return stun_agent_validate(agent, response, buffer, (size_t)got, NULL, NULL);
}

static int
judge_challenge(StunMessage *response, struct sockaddr_storage *alternate, socklen_t *len)
{
	int code = 0;
	uint16_t n;

	if (stun_message_find_error(response, &code) != STUN_MESSAGE_RETURN_SUCCESS ||
	    code != 401)
		return fail("no error 401");
	if (stun_message_find(response, STUN_ATTRIBUTE_REALM, &n) == NULL || n == 0)
		return fail("no realm");
	if (stun_message_find(response, STUN_ATTRIBUTE_NONCE, &n) == NULL || n == 0)
		return fail("no nonce");
	if (stun_message_find_addr(response, STUN_ATTRIBUTE_MS_ALTERNATE_SERVER,
		alternate, len) != STUN_MESSAGE_RETURN_SUCCESS)
		return fail("no alternate server");
	return 0;
}

static int
judge_allocation(StunMessage *response, const struct sockaddr_storage *alternate,
    socklen_t alternate_len)
{
	struct sockaddr_storage relay = {0}, mapped = {0};
	socklen_t relay_len = sizeof relay, mapped_len = sizeof mapped;
	uint32_t bandwidth = 0, lifetime = 0;
	StunUsageTurnReturn got =
	    stun_usage_turn_process(response, &relay, &relay_len, &mapped, &mapped_len,
		NULL, NULL, &bandwidth, &lifetime, STUN_USAGE_TURN_COMPATIBILITY_OC2007);

	if (got != STUN_USAGE_TURN_RETURN_MAPPED_SUCCESS)
		return fail("no allocation with a relayed and a mapped address");
	printf("{\"ok\":true,\"status\":401,\"alternate\":\"%s\",\"relayed\":\"%s\","
	       "\"mapped\":\"%s\",\"lifetime\":%u,\"integrity\":%s}\n",
	    format(alternate, alternate_len).text, format(&relay, relay_len).text,
	    format(&mapped, mapped_len).text, lifetime,
	    stun_message_has_attribute(response, STUN_ATTRIBUTE_MESSAGE_INTEGRITY)
		? "true"
		: "false");
	return 0;
}

static int
judge_stun(char **args)
{
	StunAgent agent;
	StunMessage request, challenge, response;
	uint8_t out[BUFFER_LEN], first[BUFFER_LEN], second[BUFFER_LEN];
	struct sockaddr_storage alternate = {0};
	socklen_t alternate_len = sizeof alternate;
	int fd = connect_udp(args[0], args[1]);

	if (fd < 0)
		return fail("cannot connect");
	stun_agent_init(&agent, STUN_MSOC_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_OC2007,
	    STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS |
		STUN_AGENT_USAGE_NO_ALIGNED_ATTRIBUTES);
	size_t n = stun_usage_turn_create(&agent, &request, out, sizeof out, NULL,
	    STUN_USAGE_TURN_REQUEST_PORT_NORMAL, -1, -1, NULL, 0, NULL, 0,
	    STUN_USAGE_TURN_COMPATIBILITY_OC2007);
	if (ask(fd, &agent, out, n, &challenge, first) != STUN_VALIDATION_SUCCESS)
		return fail("no valid answer");
	if (judge_challenge(&challenge, &alternate, &alternate_len) != 0)
		return 1;
	n = stun_usage_turn_create(&agent, &request, out, sizeof out, &challenge,
	    STUN_USAGE_TURN_REQUEST_PORT_NORMAL, -1, -1, (uint8_t *)args[2],
	    strlen(args[2]), (uint8_t *)args[3], strlen(args[3]),
	    STUN_USAGE_TURN_COMPATIBILITY_OC2007);
	StunValidationStatus status = ask(fd, &agent, out, n, &response, second);
	if (status != STUN_VALIDATION_SUCCESS)
		return fail("the second answer is not valid");
	close(fd);
	return judge_allocation(&response, &alternate, alternate_len);
}

static void
print_candidates(GSList *candidates, unsigned *relayed)
{
	char host[NICE_ADDRESS_STRING_LEN];

	for (GSList *at = candidates; at != NULL; at = at->next) {
		const NiceCandidate *c = at->data;

		if (c->type != NICE_CANDIDATE_TYPE_RELAYED)
			continue;
		nice_address_to_string(&c->addr, host);
		printf("%s\"%s:%u\"", *relayed == 0 ? "" : ",", host,
		    nice_address_get_port(&c->addr));
		++*relayed;
	}
}

static void
on_gathered(NiceAgent *agent, guint stream, gpointer loop)
{
	(void)agent;
	(void)stream;
	g_main_loop_quit(loop);
}

static gboolean
on_too_late(gpointer loop)
{
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

static void
on_media(NiceAgent *agent, guint stream, guint component, guint len, gchar *bytes,
    gpointer nobody)
{
	(void)agent;
	(void)stream;
	(void)component;
	(void)len;
	(void)bytes;
	(void)nobody;
}

static void
on_closed(GObject *agent, GAsyncResult *result, gpointer loop)
{
	(void)agent;
	(void)result;
	g_main_loop_quit(loop);
}

static void
add_relay(NiceAgent *agent, guint stream, char **args)
{
	/* libnice takes credentials of this dialect in base64, as MRAS hands them out. */
	char *user = g_base64_encode((const guchar *)args[3], strlen(args[3]));
	char *password = g_base64_encode((const guchar *)args[4], strlen(args[4]));

	nice_agent_set_relay_info(agent, stream, 1, args[0], (guint)atoi(args[2]), user,
	    password,
	    strcmp(args[1], "udp") == 0 ? NICE_RELAY_TYPE_TURN_UDP
					: NICE_RELAY_TYPE_TURN_TLS);
	g_free(user);
	g_free(password);
}

/* ICE-TCP, on by default, must stay on: without it libnice 0.1.21 leaves the length out
 * of the frames of this dialect. */
static int
judge_agent(char **args)
{
	GMainLoop *loop = g_main_loop_new(NULL, FALSE);
	GMainContext *context = g_main_loop_get_context(loop);
	NiceAgent *agent = nice_agent_new(context, NICE_COMPATIBILITY_OC2007R2);
	guint stream = nice_agent_add_stream(agent, 1);
	NiceAddress local;
	unsigned relayed = 0;

	/* Without LOCAL from the server's own address: then they share a host. */
	nice_address_init(&local);
	if (!nice_address_set_from_string(&local, args[5] != NULL ? args[5] : args[0]) ||
	    !nice_agent_add_local_address(agent, &local))
		return fail("not an address");
	g_object_set(agent, "upnp", FALSE, NULL);
	add_relay(agent, stream, args);
	g_signal_connect(
	    agent, "candidate-gathering-done", G_CALLBACK(on_gathered), loop);
	nice_agent_attach_recv(agent, stream, 1, context, on_media, NULL);
	guint timer = g_timeout_add_seconds(GATHER_S, on_too_late, loop);
	if (!nice_agent_gather_candidates(agent, stream))
		return fail("libnice does not gather");
	g_main_loop_run(loop);
	g_source_remove(timer);
	GSList *candidates = nice_agent_get_local_candidates(agent, stream, 1);
	printf("{\"relayed\":[");
	print_candidates(candidates, &relayed);
	printf("],\"ok\":%s}\n", relayed > 0 ? "true" : "false");
	g_slist_free_full(candidates, (GDestroyNotify)nice_candidate_free);
	nice_agent_close_async(agent, on_closed, loop);
	g_main_loop_run(loop);
	g_object_unref(agent);
	g_main_loop_unref(loop);
	return relayed > 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	if (argc == 6 && strcmp(argv[1], "stun") == 0)
		return judge_stun(argv + 2);
	if ((argc == 7 || argc == 8) && strcmp(argv[1], "agent") == 0)
		return judge_agent(argv + 2);
	fprintf(stderr, "usage: nice-judge stun ADDR PORT USER PASSWORD\n"
			"       nice-judge agent ADDR udp|tls PORT USER PASSWORD [LOCAL]\n");
	return 2;
}
