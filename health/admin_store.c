/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * admin_store - file handling around admin_list.  Rarely used, by an operator's hand, so
 * its fsync() may cost the prober's loop a few milliseconds (lag.h gives them back).
 */
#include "admin_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
read_all(int fd, char *text, size_t size, size_t *ret_n)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, text + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*ret_n = n;
	return 0;
}

/* O_NONBLOCK: a pipe left in our place must not stop the start. */
static int
load(struct admin_store *s, char *why, size_t why_size)
{
	size_t size = ADMIN_LIST_TEXT_MAX + 1, n = 0;
	int fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	char *text;
	int err;

	if (fd < 0)
		return -errno;
	text = malloc(size);
	if (text == NULL) {
		err = -ENOMEM;
	} else if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		snprintf(why, why_size, "not a regular file");
		err = -EBADMSG;
	} else {
		err = read_all(fd, text, size, &n);
	}
	if (err == 0 && n == size) {
		snprintf(why, why_size, "larger than any such file can be");
		err = -EBADMSG;
	}
	if (err == 0)
		err = admin_list_parse(&s->list, text, n, why, why_size);
	free(text);
	close(fd);
	return err;
}

int
admin_store_open(struct admin_store *s, const char *dir, char *why, size_t why_size)
{
	char aside[sizeof s->path + 8], what[128] = "";
	int n = snprintf(s->path, sizeof s->path, "%s/admin.state", dir);
	int err;

	s->list = (struct admin_list){0};
	why[0] = '\0';
	if (n < 0 || (size_t)n >= sizeof s->path) {
		snprintf(why, why_size, "%s: the path is too long", dir);
		return -ENAMETOOLONG;
	}
	err = load(s, what, sizeof what);
	if (err == 0 || err == -ENOENT)
		return 0;
	/* ELOOP: a symbolic link, which is as little ours as a garbled file. */
	if (err != -EBADMSG && err != -ELOOP) {
		snprintf(why, why_size, "%s: %s", s->path, strerror(-err));
		return err;
	}
	snprintf(aside, sizeof aside, "%s.bad", s->path);
	if (err == -ELOOP)
		snprintf(what, sizeof what, "a symbolic link");
	err = rename(s->path, aside) == 0 ? 0 : -errno;
	snprintf(why, why_size, "%s: %s; %s %s.bad, all members count as enabled",
	    s->path, what, err == 0 ? "moved to" : "cannot be moved to", "admin.state");
	return err;
}

void
admin_store_close(struct admin_store *s)
{
	admin_list_fini(&s->list);
}

static int
write_all(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, text, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		text += put;
		n -= (size_t)put;
	}
	return fsync(fd) == 0 ? 0 : -errno;
}

static int
sync_directory(const char *path)
{
	char dir[sizeof((struct admin_store *)0)->path];
	int fd, err;

	snprintf(dir, sizeof dir, "%s", path);
	*strrchr(dir, '/') = '\0';
	fd = open(dir[0] == '\0' ? "/" : dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fsync(fd) == 0 ? 0 : -errno;
	close(fd);
	return err;
}

static int
save(const struct admin_store *s)
{
	char beside[sizeof s->path + 8];
	struct sbuf text;
	int fd, err;

	sbuf_init(&text, ADMIN_LIST_TEXT_MAX);
	admin_list_write(&s->list, &text);
	if (text.failed) {
		sbuf_fini(&text);
		return -ENOMEM;
	}
	snprintf(beside, sizeof beside, "%s.new", s->path);
	unlink(beside); /* what a crash left */
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	err = fd < 0 ? -errno : write_all(fd, sbuf_text(&text), text.length);
	sbuf_fini(&text);
	if (fd >= 0 && close(fd) != 0 && err == 0)
		err = -errno;
	if (err == 0 && rename(beside, s->path) != 0)
		err = -errno;
	if (err != 0) {
		unlink(beside);
		return err;
	}
	/* The new file is in place; a directory that cannot be synced risks only that a
	 * power failure brings back the old one. */
	(void)sync_directory(s->path);
	return 0;
}

int
admin_store_set(struct admin_store *s, const char *full_name, enum admin admin)
{
	enum admin before = admin_list_get(&s->list, full_name);
	int err;

	if (before == admin)
		return 0;
	err = admin_list_set(&s->list, full_name, admin);
	if (err != 0)
		return err;
	err = save(s);
	/* Back to what it was; only an addition can fail, and this takes one away or
	 * changes one - except enabling, whose entry gave its room back a moment ago. */
	if (err != 0)
		(void)admin_list_set(&s->list, full_name, before);
	return err;
}
