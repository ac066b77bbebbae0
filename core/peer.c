/* SPDX-License-Identifier: BSD-2-Clause */
#include <edge/peer.h>

#include <errno.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

bool
peer_is_trusted(int fd, const char *user)
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

bool
peer_listens(const struct sockaddr_un *un, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool listens;

	if (fd < 0)
		return false;
	/* EAGAIN: the backlog is full, so somebody listens */
	listens =
	    connect(fd, (const struct sockaddr *)un, sizeof *un) == 0 || errno == EAGAIN;
	close(fd);
	return listens;
}
