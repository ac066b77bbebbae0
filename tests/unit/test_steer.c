/* SPDX-License-Identifier: BSD-2-Clause */
/* steer: the program that the kernel runs and the function in C are one and the same. */
#include "unit.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "steer.h"

static const struct steer_mask whole = {{32, 128}};

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static struct addr
random_address(enum family f)
{
	struct addr a = {.family = f == FAMILY_V4 ? AF_INET : AF_INET6};

	for (int i = 0; i < (f == FAMILY_V4 ? 4 : 16); i++)
		a.bytes[i] = (uint8_t)(random() >> 7);
	return a;
}

/* Runs a classic BPF program the way the kernel does, over a network header that has
 * nothing but the source address. */
static uint32_t
run(const struct sock_filter *code, unsigned n, const struct addr *source)
{
	uint32_t a = 0, x = 0, m[BPF_MEMWORDS] = {0};
	uint32_t at = addr_family(source) == FAMILY_V4 ? 12 : 8;

	for (unsigned i = 0; i < n; i++) {
		const struct sock_filter *c = &code[i];
		uint32_t k = c->k, offset = k - (uint32_t)SKF_NET_OFF - at;
		const uint8_t *b = source->bytes + offset;

		switch (c->code) {
		case BPF_LD | BPF_IMM:
			a = k;
			break;
		case BPF_LD | BPF_W | BPF_ABS:
			assert_true(offset <= 12);
			a = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
			    (uint32_t)b[2] << 8 | b[3];
			break;
		case BPF_LDX | BPF_MEM:
			x = m[k];
			break;
		case BPF_ST:
			m[k] = a;
			break;
		case BPF_MISC | BPF_TAX:
			x = a;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= k;
			break;
		case BPF_ALU | BPF_MUL | BPF_K:
			a *= k;
			break;
		case BPF_ALU | BPF_RSH | BPF_K:
			a >>= k;
			break;
		case BPF_ALU | BPF_MOD | BPF_K:
			a %= k;
			break;
		case BPF_ALU | BPF_XOR | BPF_X:
			a ^= x;
			break;
		case BPF_RET | BPF_A:
			return a;
		default:
			fail_msg("instruction %#x is not one of ours", c->code);
		}
	}
	fail_msg("the program does not return");
	return 0;
}

static void
program_and_function_agree(void **state)
{
	static const struct steer_mask masks[] = {
	    {{32, 128}}, {{24, 64}}, {{0, 0}}, {{17, 33}}};

	(void)state;
	for (size_t i = 0; i < countof(masks); i++) {
		for (unsigned workers = 1; workers <= 64; workers += 7) {
			for (int f = 0; f < FAMILIES; f++) {
				struct sock_filter code[STEER_PROGRAM_MAX];
				unsigned n = steer_program(
				    (enum family)f, &masks[i], workers, code);

				for (int k = 0; k < 200; k++) {
					struct addr a = random_address((enum family)f);

					assert_int_equal(run(code, n, &a),
					    steer_worker(&a, &masks[i], workers));
				}
			}
		}
	}
}

static void
the_mask_is_all_that_counts(void **state)
{
	static const struct steer_mask net = {{24, 64}};
	struct addr a = ip("192.0.2.1"), b = ip("192.0.2.254");
	struct addr c = ip("2001:db8::1"), d = ip("2001:db8::ffff:1");
	struct addr cut;

	(void)state;
	assert_int_equal(steer_worker(&a, &net, 64), steer_worker(&b, &net, 64));
	assert_int_equal(steer_worker(&c, &net, 64), steer_worker(&d, &net, 64));
	cut = steer_cut(&b, &net);
	assert_true(addr_equal(&cut, &(struct addr){AF_INET, {192, 0, 2, 0}}));
	cut = steer_cut(&d, &net);
	a = ip("2001:db8::");
	assert_true(addr_equal(&cut, &a));
}

static void
clients_spread_over_workers(void **state)
{
	unsigned counts[4] = {0};

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		struct addr a = {AF_INET, {198, 51, (uint8_t)(i >> 8), (uint8_t)i}};

		counts[steer_worker(&a, &whole, 4)]++;
	}
	for (int w = 0; w < 4; w++)
		assert_in_range(counts[w], 850, 1150);
}

static int
open_socket(bool first, uint16_t *port, unsigned workers)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), one = 1;
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = *port};
	struct sock_filter code[STEER_PROGRAM_MAX];
	struct sock_fprog program = {.filter = code};
	socklen_t n = sizeof sin;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof sin), 0);
	program.len = steer_program(FAMILY_V4, &whole, workers, code);
	if (first)
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF,
				     &program, sizeof program),
		    0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &n), 0);
	*port = sin.sin_port;
	return fd;
}

static void
the_kernel_steers_as_we_say(void **state)
{
	enum { WORKERS = 5 };
	struct pollfd group[WORKERS];
	uint16_t port = 0;

	(void)state;
	for (unsigned w = 0; w < WORKERS; w++)
		group[w] =
		    (struct pollfd){open_socket(w == 0, &port, WORKERS), POLLIN, 0};
	for (uint8_t i = 1; i < 120; i++) {
		struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = port};
		struct addr source = {AF_INET, {127, 0, i, (uint8_t)(7 * i)}};
		struct sockaddr_storage from;
		socklen_t n = addr_to_sockaddr(&source, 0, &from);
		int fd = socket(AF_INET, SOCK_DGRAM, 0);
		char octet;

		to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		assert_int_equal(bind(fd, (struct sockaddr *)&from, n), 0);
		assert_int_equal(
		    sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to), 1);
		assert_int_equal(poll(group, WORKERS, 1000), 1);
		for (unsigned w = 0; w < WORKERS; w++)
			if (group[w].revents != 0) {
				assert_int_equal(
				    w, steer_worker(&source, &whole, WORKERS));
				assert_int_equal(recv(group[w].fd, &octet, 1, 0), 1);
			}
		close(fd);
	}
	for (unsigned w = 0; w < WORKERS; w++)
		close(group[w].fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(program_and_function_agree),
	    cmocka_unit_test(the_mask_is_all_that_counts),
	    cmocka_unit_test(clients_spread_over_workers),
	    cmocka_unit_test(the_kernel_steers_as_we_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
