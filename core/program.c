/* SPDX-License-Identifier: BSD-2-Clause */
#include <edge/program.h>

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/log.h>

const struct option program_long_options[] = {
    {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {0}};

static void
program_help(const struct program *p, const char *summary)
{
	printf("usage: %s [-c FILE] [-r DIR] [-s DIR] [-v]\n"
	       "%s\n\n"
	       "  -c FILE  configuration       %s\n"
	       "  -r DIR   boards and sockets  %s\n"
	       "  -s DIR   what must survive   %s\n"
	       "  -v       debug messages\n"
	       "  -h       this text\n"
	       "  -V       version\n",
	    p->name, summary, p->conf_file, p->run_dir, p->state_dir);
}

void
program_start(struct program *p, int argc, char **argv, const char *summary)
{
	int option;

	p->conf_file = "/etc/edgepool/edgepool.conf";
	p->run_dir = "/run/edgepool";
	p->state_dir = "/var/lib/edgepool";
	p->verbose = false;
	while ((option = getopt_long(
		    argc, argv, "c:r:s:vhV", program_long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			p->conf_file = optarg;
			break;
		case 'r':
			p->run_dir = optarg;
			break;
		case 's':
			p->state_dir = optarg;
			break;
		case 'v':
			p->verbose = true;
			break;
		case 'h':
			program_help(p, summary);
			exit(0);
		case 'V':
			printf("%s %s\n", p->name, EDGE_VERSION);
			exit(0);
		default:
			fprintf(stderr, "%s: see %s -h\n", p->name, p->name);
			exit(2);
		}
	}
	if (!program_run_dir_fits(p->run_dir)) {
		fprintf(stderr, "%s: " PROGRAM_RUN_DIR_LONG "\n", p->name, p->run_dir);
		exit(2);
	}
	if (optind < argc) {
		fprintf(stderr, "%s: '%s' is not expected here, see %s -h\n", p->name,
		    argv[optind], p->name);
		exit(2);
	}
	/* From the first line on: who read the log may be gone. */
	signal(SIGPIPE, SIG_IGN);
	log_open(p->name, p->verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
}

bool
program_run_dir_fits(const char *dir)
{
	char path[PROGRAM_PATH_MAX];

	return program_path(path, dir, "health", ".board.new"); /* the longest there is */
}

bool
program_path(char *ret, const char *dir, const char *name, const char *suffix)
{
	int n = snprintf(ret, PROGRAM_PATH_MAX, "%s/%s%s", dir, name, suffix);

	return n > 0 && n < PROGRAM_PATH_MAX;
}
