/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_UNIT_STRANGER_H
#define EDGE_UNIT_STRANGER_H

/*
 * stranger - another user who listens where one of ours should.  Needs root.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define STRANGER 65534

static _Noreturn void
stranger_lives(const struct sockaddr_un *un, int ready)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	if (setgid(STRANGER) != 0 || setuid(STRANGER) != 0 ||
	    bind(fd, (const struct sockaddr *)un, sizeof *un) != 0 || listen(fd, 4) != 0)
		_exit(1);
	/* Not for longer than a test that failed; after setuid(), which would undo it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* His process, once he listens; 0 where nobody else can be played.  Lets everybody into
 * the directory of @un. */
static pid_t
stranger_listens(const struct sockaddr_un *un)
{
	char dir[sizeof un->sun_path], said;
	int ready[2];
	pid_t stranger;

	if (geteuid() != 0)
		return 0;
	strcpy(dir, un->sun_path);
	*strrchr(dir, '/') = '\0';
	if (chmod(dir, 0777) != 0 || pipe(ready) != 0)
		return 0;
	stranger = fork();
	if (stranger == 0)
		stranger_lives(un, ready[1]);
	close(ready[1]);
	if (stranger > 0 && read(ready[0], &said, 1) != 1) {
		waitpid(stranger, NULL, 0);
		stranger = 0;
	}
	close(ready[0]);
	return stranger > 0 ? stranger : 0;
}

static void
stranger_ends(pid_t stranger)
{
	kill(stranger, SIGKILL);
	waitpid(stranger, NULL, 0);
}

#endif
