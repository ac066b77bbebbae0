/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport - registers the guarded transport under the name "unix".
 *
 * The library keeps the first of two transports that have one domain.
 */
#include "transport.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#define WAIT_US 200000
/* AgentX counts the octets of a message with 32 bits; the library wants a limit. */
#define MESSAGE_MAX 0x7fffffff

static int
guarded_receive(netsnmp_transport *t, void *buf, int size, void **opaque, int *olength)
{
	ssize_t n;

	*opaque = NULL;
	*olength = 0;
	do
		n = recv(t->sock, buf, (size_t)size, 0);
	while (n < 0 && errno == EINTR);
	return (int)n;
}

static int
guarded_send(netsnmp_transport *t, const void *buf, int size, void **opaque, int *olength)
{
	const char *from = buf;
	size_t left = (size_t)size;

	(void)opaque;
	(void)olength;
	while (left > 0) {
		ssize_t n = send(t->sock, from, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			/* Half a message cannot be taken back: the stream is over. */
			shutdown(t->sock, SHUT_RDWR);
			return -1;
		}
		from += n;
		left -= (size_t)n;
	}
	return size;
}

static int
guarded_close(netsnmp_transport *t)
{
	int err = 0;

	if (t->sock >= 0) {
		err = close(t->sock);
		t->sock = -1;
	}
	return err;
}

static int
guarded_socket(const struct sockaddr_un *to)
{
	const struct timeval wait = {.tv_usec = WAIT_US};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	/* The time to send limits connect(), too. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0 ||
	    connect(fd, (const struct sockaddr *)(const void *)to, sizeof *to) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static netsnmp_transport *
guarded_open(netsnmp_tdomain_spec *spec)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	netsnmp_transport *t;

	if (spec->target == NULL || strlen(spec->target) >= sizeof to.sun_path ||
	    (spec->flags & NETSNMP_TSPEC_LOCAL) != 0)
		return NULL;
	memcpy(to.sun_path, spec->target, strlen(spec->target));
	t = calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	t->domain = netsnmp_UnixDomain;
	t->domain_length = 9; /* transportDomainLocal, RFC 3419 */
	t->flags = NETSNMP_TRANSPORT_FLAG_STREAM;
	t->msgMaxSize = MESSAGE_MAX;
	t->f_recv = guarded_receive;
	t->f_send = guarded_send;
	t->f_close = guarded_close;
	t->sock = guarded_socket(&to);
	if (t->sock < 0) {
		netsnmp_transport_free(t);
		return NULL;
	}
	return t;
}

void
transport_register(void)
{
	/* The library owns both from here on and frees the list of prefixes. */
	static netsnmp_tdomain domain;
	const char **prefixes = calloc(2, sizeof *prefixes);

	if (prefixes == NULL)
		abort();
	prefixes[0] = "unix";
	domain.name = netsnmp_UnixDomain;
	domain.name_length = 9;
	domain.prefix = prefixes;
	domain.f_create_from_tspec = guarded_open;
	netsnmp_tdomain_register(&domain);
}
