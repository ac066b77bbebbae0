/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROGRAM_H
#define EDGE_PROGRAM_H

/*
 * program - what all programs of edgepool accept on their command line.
 *
 *   -c FILE   configuration        /etc/edgepool/edgepool.conf
 *   -r DIR    boards and sockets   /run/edgepool
 *   -s DIR    what must survive    /var/lib/edgepool
 *   -v        debug messages       -h  help       -V  version
 *
 * edgectl takes the same letters before its verb.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

struct program {
	const char *name;
	const char *conf_file;
	const char *run_dir;
	const char *state_dir;
	bool verbose;
};

#define PROGRAM_PATH_MAX 108 /* a socket's path must fit sockaddr_un */
#define PROGRAM_RUN_DIR_LONG                                                             \
	"the directory %s is too long a name for sockets in it; give a shorter one "     \
	"with -r"

/* Parses daemon options; prints help, version or an error and exits where that is the
 * answer (0, 0, 2).  Starts the log.  @summary is one line for -h. */
/* --help and --version, the only long options: -h and -V. */
extern const struct option program_long_options[];

void program_start(struct program *p, int argc, char **argv, const char *summary);

/* False when no socket fits into the directory: what was given with -r is too long. */
bool program_run_dir_fits(const char *dir);

/* "DIR/NAMESUFFIX" into PROGRAM_PATH_MAX octets; false when it does not fit. */
bool program_path(char *ret, const char *dir, const char *name, const char *suffix);

#endif
