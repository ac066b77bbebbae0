/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ctl_call - the client's side of control sockets: one request, one answer, a deadline.
 */
#include <edge/ctl.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/program.h>

/* Waits for @events until @deadline_ns.  0 or -errno. */
static int
call_wait(int fd, short events, int64_t deadline_ns)
{
	struct pollfd p = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = deadline_ns - clock_mono_ns();
		int n;

		if (left <= 0)
			return -ETIMEDOUT;
		n = poll(&p, 1, (int)((left + NS_PER_MS - 1) / NS_PER_MS));
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

static int
call_connect(int fd, const struct sockaddr_un *un)
{
	if (connect(fd, (const struct sockaddr *)un, sizeof *un) == 0)
		return 0;
	/* a full backlog: the daemon is there and does not keep up */
	return errno == EAGAIN ? -ETIMEDOUT : -errno;
}

static int
call_write(int fd, const char *octets, size_t n, int64_t deadline_ns)
{
	while (n > 0) {
		ssize_t done = send(fd, octets, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		int err;

		if (done >= 0) {
			octets += done;
			n -= (size_t)done;
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		err = call_wait(fd, POLLOUT, deadline_ns);
		if (err != 0)
			return err;
	}
	return 0;
}

/* Answers quote what peers and files said; on a terminal that must stay text. */
static void
calm(char *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)octets[i] < ' ' && octets[i] != '\n' &&
			octets[i] != '\t') ||
		    octets[i] == 0x7f)
			octets[i] = '?';
}

static int
call_read(int fd, struct sbuf *answer, int64_t deadline_ns)
{
	char chunk[4096];

	for (;;) {
		ssize_t n = recv(fd, chunk, sizeof chunk, MSG_DONTWAIT);
		int err;

		if (n == 0)
			return answer->failed ? -EMSGSIZE : 0;
		if (n > 0) {
			calm(chunk, (size_t)n);
			sbuf_add(answer, chunk, (size_t)n);
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		err = call_wait(fd, POLLIN, deadline_ns);
		if (err != 0)
			return err;
	}
}

/* Takes the verdict off the front of the answer. */
static int
call_verdict(struct sbuf *answer)
{
	static const char ok[] = "ok\n", error[] = "error: ";
	const char *text = sbuf_text(answer);
	size_t skip;
	int verdict;

	if (strncmp(text, ok, sizeof ok - 1) == 0) {
		skip = sizeof ok - 1;
		verdict = 0;
	} else if (strncmp(text, error, sizeof error - 1) == 0) {
		skip = sizeof error - 1;
		verdict = -EREMOTEIO;
	} else {
		return -EPROTO;
	}
	memmove(answer->text, answer->text + skip, answer->length - skip + 1);
	answer->length -= skip;
	return verdict;
}

int
ctl_call(const char *dir, const char *name, const char *request, int timeout_ms,
    struct sbuf *answer)
{
	int64_t deadline_ns = clock_mono_ns() + timeout_ms * NS_PER_MS;
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd, err;

	if (!program_path(un.sun_path, dir, name, ".ctl"))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = call_connect(fd, &un);
	if (err == 0)
		err = call_write(fd, request, strlen(request), deadline_ns);
	if (err == 0)
		err = call_write(fd, "\n", 1, deadline_ns);
	if (err == 0)
		err = call_read(fd, answer, deadline_ns);
	close(fd);
	return err != 0 ? err : call_verdict(answer);
}
