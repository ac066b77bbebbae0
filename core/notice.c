/* SPDX-License-Identifier: BSD-2-Clause */
#include <edge/notice.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/program.h>

#define NOTICE_MAGIC      UINT32_C(0x65706e31) /* "epn1" */
#define NOTICES_PER_DRAIN 256

static bool
notice_address(struct sockaddr_un *un, const char *dir, const char *name)
{
	*un = (struct sockaddr_un){.sun_family = AF_UNIX};
	return program_path(un->sun_path, dir, name, ".notice");
}

int
notice_open(const char *dir, const char *name)
{
	struct sockaddr_un un;
	int fd, err;

	if (!notice_address(&un, dir, name))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	unlink(un.sun_path);
	if (bind(fd, (struct sockaddr *)&un, sizeof un) != 0 ||
	    chmod(un.sun_path, 0660) != 0) {
		err = errno;
		close(fd);
		return -err;
	}
	return fd;
}

static bool
notice_valid(const struct notice *n, ssize_t size)
{
	return size == (ssize_t)sizeof *n && n->magic == NOTICE_MAGIC &&
	       n->kind >= NOTICE_STATE && n->kind <= NOTICE_EVIDENCE;
}

bool
notice_receive(int fd, struct notice *ret)
{
	/* A flood of malformed datagrams must not hold the loop. */
	for (int tries = 0; tries < 64; tries++) {
		ssize_t size = recv(fd, ret, sizeof *ret, MSG_DONTWAIT | MSG_TRUNC);

		if (size < 0)
			return false;
		if (notice_valid(ret, size))
			return true;
	}
	return false;
}

bool
notice_drain(int fd)
{
	struct notice n;
	bool any = false;

	for (int i = 0; i < NOTICES_PER_DRAIN && notice_receive(fd, &n); i++)
		any = true;
	return any;
}

int
notice_sender_open(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

bool
notice_send(int fd, const char *dir, const char *name, enum notice_kind kind, uint64_t id,
    uint64_t word)
{
	struct notice n = {
	    .magic = NOTICE_MAGIC,
	    .kind = kind,
	    .id = id,
	    .word = word,
	    .boot_ns = clock_boot_ns(),
	};
	struct sockaddr_un un;

	return notice_address(&un, dir, name) &&
	       sendto(fd, &n, sizeof n, MSG_DONTWAIT | MSG_NOSIGNAL,
		   (struct sockaddr *)&un, sizeof un) == (ssize_t)sizeof n;
}
