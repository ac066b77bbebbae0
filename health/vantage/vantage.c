/* SPDX-License-Identifier: BSD-2-Clause */
#include "vantage.h"

#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/program.h>

bool
vantage_path(char *ret, const char *dir)
{
	return program_path(ret, dir, "vantage", ".sock");
}

bool
vantage_trusts(int fd, const char *user)
{
	struct ucred peer;
	socklen_t n = sizeof peer;
	const struct passwd *who;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	who = getpwnam(user);
	return who != NULL && who->pw_uid == peer.uid;
}
