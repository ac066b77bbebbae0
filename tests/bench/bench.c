/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FIRST_PORT 2000
#define LOOK_NS    INT64_C(20000000)

static int64_t
clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t
bench_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t
bench_cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

bool
bench_input_ended(void)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

bool
bench_is_over(const struct plan *p, int64_t begun_ns, int64_t now_ns, int64_t *looked_ns)
{
	if (p->seconds > 0)
		return now_ns - begun_ns >= (int64_t)(p->seconds * 1e9);
	if (now_ns - *looked_ns < LOOK_NS)
		return false;
	*looked_ns = now_ns;
	return bench_input_ended();
}

void
bench_die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

int
bench_socket(const struct plan *p, uint64_t n, int type)
{
	struct sockaddr_in from = {.sin_family = AF_INET};
	uint64_t port = FIRST_PORT + n / p->addresses;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		bench_die("socket");
	if (port > UINT16_MAX) {
		errno = ERANGE;
		bench_die("all client tuples are used");
	}
	from.sin_addr.s_addr = htonl(p->from + (uint32_t)(n % p->addresses));
	from.sin_port = htons((uint16_t)port);
	if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0)
		bench_die("bind");
	return fd;
}

void
bench_connect(const struct plan *p, uint64_t n, int fd)
{
	struct sockaddr_in to = p->to;

	to.sin_addr.s_addr = htonl(ntohl(to.sin_addr.s_addr) + (uint32_t)(n % p->spread));
	if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS)
		bench_die("connect");
}

void
bench_watch(int epoll, int fd, uint32_t events, void *who)
{
	struct epoll_event ev = {.events = events, .data.ptr = who};

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		bench_die("epoll_ctl");
}

void
bench_sample(struct tally *t, int64_t ns)
{
	if (t->n_samples == t->room) {
		t->room = t->room != 0 ? 2 * t->room : 4096;
		t->samples_us = realloc(t->samples_us, t->room * sizeof *t->samples_us);
		if (t->samples_us == NULL)
			bench_die("samples");
	}
	t->samples_us[t->n_samples++] = (uint32_t)(ns / 1000);
}

static int
by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint32_t
quantile(const struct tally *t, double q)
{
	return t->n_samples == 0
		   ? 0
		   : t->samples_us[(size_t)(q * (double)(t->n_samples - 1))];
}

void
bench_print(struct tally *t)
{
	if (t->n_samples != 0)
		qsort(t->samples_us, t->n_samples, sizeof *t->samples_us, by_size);
	printf("{\"done\": %" PRIu64 ", \"failed\": %" PRIu64 ", \"octets\": %" PRIu64
	       ", \"used\": %" PRIu64 ", \"misrouted\": %" PRIu64
	       ", \"seconds\": %.6f, \"cpu_ns\": %" PRId64,
	    t->done, t->failed, t->octets, t->used, t->misrouted, t->seconds, t->cpu_ns);
	printf(", \"p50_us\": %u, \"p99_us\": %u, \"max_us\": %u}\n", quantile(t, 0.5),
	    quantile(t, 0.99), quantile(t, 1));
	free(t->samples_us);
	t->samples_us = NULL;
}

int
bench_wait_ms(int64_t ns)
{
	int64_t left = ns - bench_now_ns();

	return left <= 0 ? 0 : (int)((left + 999999) / 1000000);
}
