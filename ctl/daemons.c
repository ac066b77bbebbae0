/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * daemons - see daemons.h.
 */
#include "daemons.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <edge/program.h>

static const char *const stems[DAEMONS] = {
    [DAEMON_HEALTH] = "health",
    [DAEMON_LB] = "lb",
    [DAEMON_DNSLB] = "dnslb",
    [DAEMON_SNMP] = "snmp",
};

/* Boards are named after what they tell, sockets after who owns them. */
static const char *const boards[DAEMONS] = {
    [DAEMON_HEALTH] = "health",
    [DAEMON_LB] = "lb",
    [DAEMON_DNSLB] = "dns",
};

const char *
daemon_stem(enum daemon d)
{
	return stems[d];
}

/* 0 or the errno of connecting; EAGAIN is a full queue, so somebody listens. */
static int
try_connect(const char *run_dir, const char *stem)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd, err = 0;

	if (!program_path(sun.sun_path, run_dir, stem, ".ctl"))
		return ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, (const struct sockaddr *)&sun, sizeof sun) != 0)
		err = errno == EAGAIN ? 0 : errno;
	close(fd);
	return err;
}

void
daemons_look(const char *run_dir, struct daemon_look *looks)
{
	char path[PROGRAM_PATH_MAX];

	for (int d = 0; d < DAEMONS; d++) {
		int err = try_connect(run_dir, stems[d]);

		looks[d].listening = err == 0;
		looks[d].forbidden = err == EACCES || err == EPERM;
		if (boards[d] != NULL &&
		    program_path(path, run_dir, boards[d], ".board") &&
		    access(path, R_OK) != 0 && errno == EACCES)
			looks[d].forbidden = true;
	}
}
