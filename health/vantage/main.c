/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edge-vantage - gives edge-health sockets on the clients' side of the VIPs.
 *
 * The only part of the prober with rights, so it is small, reads no configuration and
 * speaks with nobody but edge-health.  It uses its rights once, at the start, and gives
 * them up; from then on it opens plain sockets where it stands.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <edge/log.h>
#include <edge/program.h>

#include "room.h"
#include "serve.h"
#include "systemd.h"

#define WHY_MAX 256
#define BEAT_MS 1000

struct options {
	const char *run_dir;
	struct prefix at[2]; /* IPv4, IPv6 */
};

static _Noreturn void
help(void)
{
	printf("usage: edge-vantage [-r DIR] [-4 PREFIX] [-6 PREFIX] [-v]\n"
	       "gives edge-health sockets on the clients' side of the VIPs\n\n"
	       "  -r DIR     boards and sockets           /run/edgepool\n"
	       "  -4 PREFIX  of the pair of interfaces    " ROOM_PREFIX_V4 "\n"
	       "  -6 PREFIX  the same                     " ROOM_PREFIX_V6 "\n"
	       "  -v         debug messages\n"
	       "  -h         this text\n"
	       "  -V         version\n");
	exit(0);
}

static _Noreturn void
refuse(const char *what)
{
	fprintf(stderr, "edge-vantage: %s: see edge-vantage -h\n", what);
	exit(2);
}

/* Room for both ends: their addresses are the first two behind the prefix's own. */
static void
take_prefix(struct prefix *ret, const char *text, int family)
{
	if (!prefix_parse(text, ret) || ret->addr.family != family ||
	    ret->length > (family == AF_INET ? 30 : 126) || ret->length < 8)
		refuse(family == AF_INET ? "-4 wants an IPv4 prefix, /8 to /30"
					 : "-6 wants an IPv6 prefix, /8 to /126");
}

static void
read_options(struct options *o, int argc, char **argv)
{
	bool verbose = false;
	int option;

	*o = (struct options){.run_dir = "/run/edgepool"};
	take_prefix(&o->at[0], ROOM_PREFIX_V4, AF_INET);
	take_prefix(&o->at[1], ROOM_PREFIX_V6, AF_INET6);
	while ((option = getopt_long(
		    argc, argv, "r:4:6:vhV", program_long_options, NULL)) != -1) {
		if (option == 'r')
			o->run_dir = optarg;
		else if (option == '4')
			take_prefix(&o->at[0], optarg, AF_INET);
		else if (option == '6')
			take_prefix(&o->at[1], optarg, AF_INET6);
		else if (option == 'v')
			verbose = true;
		else if (option == 'h')
			help();
		else if (option == 'V')
			exit(printf("edge-vantage %s\n", EDGE_VERSION) < 0);
		else
			exit(2);
	}
	if (optind < argc)
		refuse(argv[optind]);
	signal(SIGPIPE, SIG_IGN);
	log_open("edge-vantage", verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
}

static bool
give_up_rights(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};

	if (syscall(SYS_capset, &header, none) == 0)
		return true;
	log_error("rights cannot be given up: %s", strerror(errno));
	return false;
}

static int
open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* 0 after a signal; 1 when the room was taken away. */
static int
run(struct serve *s, struct room *r, int signals)
{
	for (;;) {
		struct pollfd polls[SERVE_POLLS + 2];

		serve_polls(s, polls);
		polls[SERVE_POLLS] = (struct pollfd){.fd = signals, .events = POLLIN};
		polls[SERVE_POLLS + 1] =
		    (struct pollfd){.fd = r->inside, .events = POLLIN};
		if (poll(polls, SERVE_POLLS + 2, BEAT_MS) < 0)
			continue;
		systemd_watchdog();
		if (polls[SERVE_POLLS].revents != 0)
			return 0;
		if (polls[SERVE_POLLS + 1].revents != 0 && !room_stands(r)) {
			log_error(
			    "somebody removed our interface: a new start makes it anew");
			return 1;
		}
		serve_turn(s, polls);
	}
}

int
main(int argc, char **argv)
{
	struct options o;
	struct serve serve;
	struct room room;
	char why[WHY_MAX];
	int signals, err;

	read_options(&o, argc, argv);
	signals = open_signals();
	err = serve_open(&serve, o.run_dir, &room);
	if (err != 0) {
		log_error("socket vantage.sock in %s: %s", o.run_dir,
		    err == -EADDRINUSE ? "another edge-vantage answers there"
				       : strerror(-err));
		return 2;
	}
	err = room_enter(&room, o.at, why, sizeof why);
	if (err != 0) {
		log_error("%s", why);
		serve_close(&serve);
		return 2;
	}
	if (why[0] != '\0')
		log_warning("%s", why);
	if (!give_up_rights()) {
		serve_close(&serve);
		return 2;
	}
	systemd_ready();
	log_info("stands beside the VIPs");
	err = run(&serve, &room, signals);
	systemd_stopping();
	serve_close(&serve);
	return err;
}
