/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control socket.  The answer comes after the deed: when a test reads "ok", the port
 * is already closed, or open again.
 */
#include "control.h"

#include "address.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

static bool
names(const char *word, const struct endpoint *e)
{
	return strcmp(word, "all") == 0 || strcmp(word, kind_word(e->kind)) == 0;
}

static void
do_status(struct control *c, struct octets *answer)
{
	char text[ADDRESS_TEXT];

	octets_printf(answer, "{\"member\":\"%s\",\"endpoints\":[", c->name);
	for (size_t i = 0; i < c->n_endpoints; i++) {
		const struct endpoint *e = &c->endpoints[i];

		octets_printf(answer,
		    "%s{\"service\":\"%s\",\"address\":\"%s\",\"sickness\":\"%s\","
		    "\"open\":%" PRIu64 ",\"accepted\":%" PRIu64 "}",
		    i == 0 ? "" : ",", kind_word(e->kind),
		    address_format(&e->address, text), sickness_word(e->sickness),
		    e->open, e->accepted);
	}
	octets_printf(answer, "]}\n");
}

static void
do_drop(struct control *c, const char *who, struct octets *answer)
{
	size_t hits = 0;

	for (size_t i = 0; i < c->n_endpoints; i++) {
		if (names(who, &c->endpoints[i])) {
			endpoint_drop(&c->endpoints[i]);
			hits++;
		}
	}
	octets_printf(answer, hits > 0 ? "ok\n" : "error: no such port\n");
}

static void
do_illness(struct control *c, const char *who, const char *how, double seconds,
    struct octets *answer)
{
	char why[512] = "no such port";
	enum sickness s;
	size_t hits = 0;

	if (sickness_parse(how, &s) != 0) {
		octets_printf(answer, "error: no such sickness\n");
		return;
	}
	for (size_t i = 0; i < c->n_endpoints; i++) {
		struct endpoint *e = &c->endpoints[i];

		if (!names(who, e))
			continue;
		/* "all" means all whom it can befall. */
		if (strcmp(who, "all") == 0 && !sickness_suits(s, e->kind))
			continue;
		if (endpoint_fall_ill(e, s, seconds, why, sizeof why) != 0) {
			octets_printf(answer, "error: %s\n", why);
			return;
		}
		hits++;
	}
	if (hits == 0)
		octets_printf(answer, "error: %s\n", why);
	else
		octets_printf(answer, "ok\n");
}

void
control_do(struct control *c, const char *line, struct octets *answer)
{
	char first[32], second[32], third[32], more[2];
	int n = sscanf(line, "%31s %31s %31s %1s", first, second, third, more);
	char *end = third;
	double seconds = n == 3 ? strtod(third, &end) : 0;

	if (n == 1 && strcmp(first, "status") == 0)
		do_status(c, answer);
	else if (n == 2 && strcmp(first, "drop") == 0)
		do_drop(c, second, answer);
	else if (n == 2 || (n == 3 && *end == '\0' && seconds > 0 && seconds <= 3600))
		do_illness(c, first, second, seconds, answer);
	else
		octets_printf(answer,
		    "error: KIND|all SICKNESS [SECONDS], drop KIND|all, "
		    "or status\n");
}

static void
client_close(struct control_client *client)
{
	if (client->fd < 0)
		return;
	ev_io_stop(client->control->loop, &client->io);
	close(client->fd);
	client->fd = -1;
}

/* Carry out the complete lines; false: the client is to go. */
static bool
client_serve(struct control_client *client)
{
	char *nl;

	while ((nl = memchr(client->line, '\n', client->len)) != NULL) {
		struct octets answer = {0};
		size_t n = (size_t)(nl + 1 - client->line);

		*nl = '\0';
		control_do(client->control, client->line, &answer);
		ssize_t sent = send(client->fd, answer.bytes, answer.len, MSG_NOSIGNAL);
		bool whole = sent == (ssize_t)answer.len;
		octets_fini(&answer);
		if (!whole)
			return false;
		memmove(client->line, nl + 1, client->len - n);
		client->len -= n;
	}
	return client->len < sizeof client->line;
}

static void
on_client(EV_P_ ev_io *w, int revents)
{
	struct control_client *client =
	    (struct control_client *)(void *)((char *)w -
					      offsetof(struct control_client, io));
	ssize_t n = recv(
	    client->fd, client->line + client->len, sizeof client->line - client->len, 0);

	(void)EV_A;
	(void)revents;
	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0)
		client->len += (size_t)n;
	if (n <= 0 || !client_serve(client))
		client_close(client);
}

static void
on_control(EV_P_ ev_io *w, int revents)
{
	struct control *c =
	    (struct control *)(void *)((char *)w - offsetof(struct control, io));
	int fd = accept4(c->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)revents;
	if (fd < 0)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *client = &c->clients[i];

		if (client->fd >= 0)
			continue;
		*client = (struct control_client){.control = c, .fd = fd};
		ev_io_init(&client->io, on_client, fd, EV_READ);
		ev_io_start(EV_A_ & client->io);
		return;
	}
	close(fd);
}

int
control_start(struct control *c)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	c->fd = -1;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		c->clients[i].fd = -1;
	if (c->path == NULL)
		return 0;
	if (strlen(c->path) >= sizeof sun.sun_path)
		return -ENAMETOOLONG;
	memcpy(sun.sun_path, c->path, strlen(c->path));
	unlink(c->path);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return -errno;
	if (bind(c->fd, (struct sockaddr *)&sun, sizeof sun) != 0 ||
	    listen(c->fd, CONTROL_CLIENTS_MAX) != 0) {
		int err = -errno;

		close(c->fd);
		c->fd = -1;
		return err;
	}
	ev_io_init(&c->io, on_control, c->fd, EV_READ);
	ev_io_start(c->loop, &c->io);
	return 0;
}

void
control_stop(struct control *c)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		client_close(&c->clients[i]);
	if (c->fd < 0)
		return;
	ev_io_stop(c->loop, &c->io);
	close(c->fd);
	unlink(c->path);
	c->fd = -1;
}
