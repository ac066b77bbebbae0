/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edgectl - the one tool of an administrator: options, then a verb from the table below.
 *
 * Reads boards and the configuration itself; asks a daemon only to change something.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/nearest.h>
#include <edge/program.h>

#include "edgectl.h"

static enum exit_code help_run(const struct edgectl *e, int argc, char **argv);
static enum exit_code version_run(const struct edgectl *e, int argc, char **argv);

static const struct verb verbs[] = {
    {"status", "[POOL] [-v] [--json]", status_run, "what runs, what is well, what is not",
	NULL},
    {"check", "[--strict] [FILE]", check_run,
	"is a configuration right? nothing is changed", NULL},
    {"keys", "", keys_run, "every key of the configuration, with its default", NULL},
    {"drain", "MEMBER", member_run, "no new sessions; those it has go on", NULL},
    {"enable", "MEMBER", member_run, "back to work, as far as its probes say", NULL},
    {"disable", "MEMBER", member_run, "no sessions at all; those it has end", NULL},
    {"reload", "", reload_run, "all daemons take the changed configuration", NULL},
    {"upgrade", "", upgrade_run,
	"edge-lb is replaced in place by the program that is installed now", NULL},
    {"detach", "[DIR]", detach_run,
	"ends the kernel engine and its sessions; edge-lb must not run", NULL},
    {"dns", "[status|plan|show]", dns_run, "zones; what would be written; their texts",
	NULL},
    {"probe", "ADDRESS|MEMBER SERVICE", probe_run,
	"one probe from here, with every step told", probe_help},
    {"certificates", "[MEMBER]", certificates_run,
	"what each endpoint showed, names and all", NULL},
    {"version", "", version_run, "the version of this tool", NULL},
    {"help", "[VERB]", help_run, "this text", NULL},
};

static const struct verb *
verb_find(const char *name)
{
	for (size_t i = 0; i < countof(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static enum exit_code
verb_unknown(const char *name)
{
	const char *names[countof(verbs)], *near;

	for (size_t i = 0; i < countof(verbs); i++)
		names[i] = verbs[i].name;
	near = nearest(name, names, countof(verbs));
	if (near != NULL)
		complain("there is no verb '%s'; did you mean '%s'?", name, near);
	else
		complain("there is no verb '%s'; see edgectl help", name);
	return EXIT_WRONG;
}

static enum exit_code
help_run(const struct edgectl *e, int argc, char **argv)
{
	if (argc > 1 && verb_find(argv[1]) == NULL)
		return verb_unknown(argv[1]);
	if (argc > 1 && verb_find(argv[1])->help_more != NULL) {
		verb_find(argv[1])->help_more();
		return EXIT_DONE;
	}
	printf("usage: edgectl [-c FILE] [-r DIR] [-s DIR] VERB ...\n\n");
	for (size_t i = 0; i < countof(verbs); i++) {
		char call[64];

		if (argc > 1 && strcmp(argv[1], verbs[i].name) != 0)
			continue;
		snprintf(call, sizeof call, "%s %s", verbs[i].name, verbs[i].args);
		printf("  %-28s %s\n", call, verbs[i].help);
	}
	printf(
	    "\n  MEMBER is a member's name, or POOL/NAME where several pools have it.\n\n"
	    "  -c FILE  configuration       %s\n"
	    "  -r DIR   boards and sockets  %s\n"
	    "  -s DIR   what must survive   %s\n\n"
	    "Exit: 0 done, 1 warnings (check --strict) or not well (probe), 2 the "
	    "command\n"
	    "line or the configuration is wrong, 3 a daemon refused, is silent or does "
	    "not\n"
	    "run, or (probe) a fault of this host.\n",
	    e->conf_file, e->run_dir, e->state_dir);
	return EXIT_DONE;
}

static enum exit_code
version_run(const struct edgectl *e, int argc, char **argv)
{
	(void)e;
	if (argc > 1)
		return misused(argv[0], "");
	printf("edgectl %s\n", EDGE_VERSION);
	return EXIT_DONE;
}

/* What nobody could read was not done: a full disk, a pipe that ended. */
static int
finished(enum exit_code code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return (int)code;
	complain("the answer could not be written");
	return code == EXIT_DONE ? EXIT_NOT_DONE : (int)code;
}

int
main(int argc, char **argv)
{
	struct edgectl e = {.conf_file = "/etc/edgepool/edgepool.conf",
	    .run_dir = "/run/edgepool",
	    .state_dir = "/var/lib/edgepool"};
	char *help[] = {(char[]){"help"}, NULL}, *version[] = {(char[]){"version"}, NULL};
	const struct verb *verb;
	int option;

	/* '+': options end at the verb, which has its own */
	while ((option = getopt_long(
		    argc, argv, "+c:r:s:hV", program_long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			e.conf_file = optarg;
			e.conf_given = true;
			break;
		case 'r':
			e.run_dir = optarg;
			break;
		case 's':
			e.state_dir = optarg;
			break;
		case 'h':
			return (int)help_run(&e, 1, help);
		case 'V':
			return (int)version_run(&e, 1, version);
		default:
			return EXIT_WRONG;
		}
	}
	if (!program_run_dir_fits(e.run_dir)) {
		complain(PROGRAM_RUN_DIR_LONG, e.run_dir);
		return EXIT_WRONG;
	}
	if (optind == argc) {
		(void)help_run(&e, 1, help);
		return EXIT_WRONG;
	}
	verb = verb_find(argv[optind]);
	if (verb == NULL)
		return (int)verb_unknown(argv[optind]);
	return finished(verb->run(&e, argc - optind, &argv[optind]));
}
