/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gen - the generator's command line.  One kind of load a run; the last line it prints
 * is what came of it, as JSON.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct kind {
	const char *name;
	void (*run)(const struct plan *, struct tally *);
} kinds[] = {
    {"short", short_run},
    {"hold", hold_run},
    {"bulk", bulk_run},
    {"udp", udp_run},
    {"flood", flood_run},
};

static const struct option options[] = {
    {"to", required_argument, NULL, 't'},
    {"from", required_argument, NULL, 'f'},
    {"addresses", required_argument, NULL, 'a'},
    {"first", required_argument, NULL, '1'},
    {"clients", required_argument, NULL, 'c'},
    {"seconds", required_argument, NULL, 's'},
    {"rate", required_argument, NULL, 'r'},
    {"sessions", required_argument, NULL, 'n'},
    {"octets", required_argument, NULL, 'o'},
    {"every", required_argument, NULL, 'e'},
    {"spread", required_argument, NULL, 'd'},
    {"patience", required_argument, NULL, 'p'},
    {"device", required_argument, NULL, 'i'},
    {"mac", required_argument, NULL, 'm'},
    {0},
};

_Noreturn static void
usage(void)
{
	fprintf(stderr,
	    "usage: edge-bench-gen short|hold|bulk|udp|flood --to ADDR:PORT --from ADDR\n"
	    "  [--addresses N] [--first TUPLE] [--clients N] [--seconds S] [--rate R]\n"
	    "  [--sessions N] [--octets N] [--every S] [--spread N]\n"
	    "  [--patience S] [--device NAME] [--mac MAC]\n");
	exit(2);
}

static uint32_t
read_address(const char *text)
{
	struct in_addr a;

	if (inet_pton(AF_INET, text, &a) != 1)
		usage();
	return ntohl(a.s_addr);
}

static void
read_destination(char *text, struct sockaddr_in *to)
{
	char *colon = strchr(text, ':');

	if (colon == NULL)
		usage();
	*colon = '\0';
	to->sin_family = AF_INET;
	to->sin_addr.s_addr = htonl(read_address(text));
	to->sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
}

static void
read_option(struct plan *p, int option, char *value)
{
	switch (option) {
	case 't':
		read_destination(value, &p->to);
		break;
	case 'f':
		p->from = read_address(value);
		break;
	case 'a':
		p->addresses = (uint32_t)strtoul(value, NULL, 10);
		break;
	case '1':
		p->first = strtoull(value, NULL, 10);
		break;
	case 'c':
		p->clients = (unsigned)strtoul(value, NULL, 10);
		break;
	case 's':
		p->seconds = strtod(value, NULL);
		break;
	case 'r':
		p->rate = strtod(value, NULL);
		break;
	case 'n':
		p->sessions = strtoull(value, NULL, 10);
		break;
	case 'o':
		p->octets = strtoul(value, NULL, 10);
		break;
	case 'e':
		p->every = strtod(value, NULL);
		break;
	case 'd':
		p->spread = (uint32_t)strtoul(value, NULL, 10);
		break;
	case 'p':
		p->patience = strtod(value, NULL);
		break;
	case 'i':
		p->device = value;
		break;
	case 'm':
		if (sscanf(value, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &p->mac[0], &p->mac[1],
			&p->mac[2], &p->mac[3], &p->mac[4], &p->mac[5]) != 6)
			usage();
		break;
	default:
		usage();
	}
}

int
main(int argc, char **argv)
{
	struct plan p = {.spread = 1,
	    .addresses = 1,
	    .clients = 64,
	    .seconds = 1,
	    .octets = 100,
	    .patience = 10,
	    .device = ""};
	struct tally t = {0};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		read_option(&p, option, optarg);
	if (optind + 1 != argc || p.to.sin_port == 0 || p.from == 0 || p.addresses == 0 ||
	    p.spread == 0 || p.clients == 0 || p.octets <= BENCH_WHO)
		usage();
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].name, argv[optind]) != 0)
			continue;
		t.cpu_ns = -bench_cpu_ns();
		kinds[i].run(&p, &t);
		t.cpu_ns += bench_cpu_ns();
		bench_print(&t);
		return 0;
	}
	usage();
}
