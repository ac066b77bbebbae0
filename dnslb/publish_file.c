/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish_file - one file that is replaced whole or not at all.
 *
 * The temporary file has one fixed name per file, not a random one: after a crash there
 * is at most one, and the next stage finds and removes it.
 */
#include "publish_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Name servers run as somebody else, and what they serve is no secret: readable to all,
 * minus the daemon's umask. */
#define FILE_MODE 0666
#define DIR_MODE  0777

int
publish_file_init(struct publish_file *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	int dir = slash == NULL ? 0 : (int)(slash + 1 - path);

	*f = (struct publish_file){0};
	if (path[dir] == '\0')
		return -EINVAL;
	f->path = strdup(path);
	if (f->path == NULL ||
	    asprintf(&f->staged, "%.*s.%s.new", dir, path, path + dir) < 0) {
		f->staged = NULL;
		publish_file_fini(f);
		return -ENOMEM;
	}
	return 0;
}

void
publish_file_fini(struct publish_file *f)
{
	free(f->path);
	free(f->staged);
	*f = (struct publish_file){0};
}

int
publish_file_make_dirs(const struct publish_file *f, const char *base)
{
	char *path = strdup(f->path);
	int err = 0;

	if (path == NULL)
		return -ENOMEM;
	for (char *p = strchr(path + strlen(base), '/'); p != NULL && err == 0;
	     p = strchr(p + 1, '/')) {
		*p = '\0';
		if (*path != '\0' && mkdir(path, DIR_MODE) != 0 && errno != EEXIST)
			err = -errno;
		*p = '/';
	}
	free(path);
	return err;
}

/* Reads @size octets and finds nothing behind them: a file that grows under us is read
 * again by the next look. */
static int
read_whole(int fd, size_t size, char **ret)
{
	char *text = malloc(size + 1);
	size_t n = 0;

	if (text == NULL)
		return -ENOMEM;
	while (n < size) {
		ssize_t got = read(fd, text + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			int err = got < 0 ? -errno : -EAGAIN;

			free(text);
			return err;
		}
		n += (size_t)got;
	}
	text[n] = '\0';
	*ret = text;
	return 0;
}

int
publish_file_read(const struct publish_file *f, size_t maximum, char **ret, size_t *ret_n)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	char *text = NULL;
	int err;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0)
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	else if ((size_t)st.st_size > maximum)
		err = -EFBIG;
	else
		err = read_whole(fd, (size_t)st.st_size, &text);
	close(fd);
	if (err == 0 && memchr(text, '\0', (size_t)st.st_size) != NULL) {
		free(text);
		err = -EINVAL;
	}
	if (err == 0) {
		*ret = text;
		*ret_n = (size_t)st.st_size;
	}
	return err;
}

static int
write_whole(int fd, const char *octets, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, octets, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		octets += put;
		n -= (size_t)put;
	}
	return 0;
}

/* Best effort: an ordinary user may not give a file away. */
static void
inherit_access(int fd, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return;
	if (fchown(fd, (uid_t)-1, st.st_gid) == 0)
		(void)fchmod(fd, st.st_mode & 0777);
}

int
publish_file_stage(const struct publish_file *f, const char *octets, size_t n)
{
	int fd, err;

	if (unlink(f->staged) != 0 && errno != ENOENT)
		return -errno;
	fd = open(
	    f->staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (fd < 0)
		return -errno;
	inherit_access(fd, f->path);
	err = write_whole(fd, octets, n);
	if (err == 0 && fsync(fd) != 0)
		err = -errno;
	if (close(fd) != 0 && err == 0)
		err = -errno;
	if (err != 0)
		publish_file_discard(f);
	return err;
}

/* Best effort: the new file is in place whatever this says, and name servers must be told
 * of it.  A directory that may be written but not read, or a file system that syncs none,
 * risks only that a power failure brings the old file back. */
static void
sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL   ? strdup(".")
		    : slash == path ? strdup("/")
				    : strndup(path, (size_t)(slash - path));
	int fd = dir == NULL ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(dir);
}

int
publish_file_commit(const struct publish_file *f)
{
	if (rename(f->staged, f->path) != 0) {
		int err = -errno;

		publish_file_discard(f);
		return err;
	}
	sync_directory(f->path);
	return 0;
}

void
publish_file_discard(const struct publish_file *f)
{
	unlink(f->staged);
}
