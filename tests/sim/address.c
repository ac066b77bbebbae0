/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Socket addresses as text.  Not core's addr.c: the simulator shares no code with what
 * it judges.
 */
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

socklen_t
address_len(const struct sockaddr_storage *a)
{
	return a->ss_family == AF_INET ? sizeof(struct sockaddr_in)
				       : sizeof(struct sockaddr_in6);
}

static int
parse_port(const char *text, in_port_t *ret)
{
	char *end;
	long port = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || port > UINT16_MAX)
		return -EINVAL;
	*ret = htons((uint16_t)port);
	return 0;
}

/* Split into host and port; @port is NULL when there is none. */
static int
split(const char *text, char host[ADDRESS_TEXT], const char **port)
{
	const char *end;

	*port = NULL;
	if (text[0] == '[') {
		end = strchr(++text, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return -EINVAL;
		if (end[1] == ':')
			*port = end + 2;
	} else {
		end = strchr(text, ':');
		if (end == NULL || strchr(end + 1, ':') != NULL)
			end = text + strlen(text); /* bare IPv4 or bare IPv6 */
		else
			*port = end + 1;
	}
	if ((size_t)(end - text) >= ADDRESS_TEXT)
		return -EINVAL;
	memcpy(host, text, (size_t)(end - text));
	host[end - text] = '\0';
	return 0;
}

int
address_parse(const char *text, bool with_port, struct sockaddr_storage *ret)
{
	struct sockaddr_storage a = {0};
	struct sockaddr_in *sin = (void *)&a;
	struct sockaddr_in6 *sin6 = (void *)&a;
	char host[ADDRESS_TEXT];
	const char *port_text;
	in_port_t port = 0;

	if (split(text, host, &port_text) != 0 || (with_port && port_text == NULL) ||
	    (port_text != NULL && parse_port(port_text, &port) != 0))
		return -EINVAL;
	if (inet_pton(AF_INET, host, &sin->sin_addr) == 1) {
		sin->sin_family = AF_INET;
		sin->sin_port = port;
	} else if (inet_pton(AF_INET6, host, &sin6->sin6_addr) == 1) {
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = port;
	} else {
		return -EINVAL;
	}
	*ret = a;
	return 0;
}

const char *
address_format(const struct sockaddr_storage *a, char text[ADDRESS_TEXT])
{
	const struct sockaddr_in *sin = (const void *)a;
	const struct sockaddr_in6 *sin6 = (const void *)a;
	char host[INET6_ADDRSTRLEN];

	if (a->ss_family == AF_INET) {
		inet_ntop(AF_INET, &sin->sin_addr, host, sizeof host);
		snprintf(text, ADDRESS_TEXT, "%s:%u", host, ntohs(sin->sin_port));
	} else {
		inet_ntop(AF_INET6, &sin6->sin6_addr, host, sizeof host);
		snprintf(text, ADDRESS_TEXT, "[%s]:%u", host, ntohs(sin6->sin6_port));
	}
	return text;
}

void
address_set_port(struct sockaddr_storage *address, in_port_t port)
{
	if (address->ss_family == AF_INET)
		((struct sockaddr_in *)(void *)address)->sin_port = port;
	else
		((struct sockaddr_in6 *)(void *)address)->sin6_port = port;
}
