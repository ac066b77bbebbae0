/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pins - see pins.h.
 *
 * Locked with flock() on the directory: a BPF file system has no ordinary files, and the
 * kernel takes the lock back from whoever died.
 */
#include "pins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BPF_FS_NUMBER 0xcafe4a11 /* BPF_FS_MAGIC of linux/magic.h */

static const char *const parts[] = {
    [PINS_MAPS] = "maps",
    [PINS_NEW] = "new",
    [PINS_LINKS] = "links",
    [PINS_QDISCS] = "qdiscs",
    [PINS_MADE] = "made",
};

void
pins_init(struct pins *p)
{
	*p = (struct pins){.lock = -1};
}

void
pins_path(
    const struct pins *p, enum pins_part part, const char *name, char ret[PINS_PATH_MAX])
{
	snprintf(ret, PINS_PATH_MAX, "%s/%s%s%s", p->dir, parts[part],
	    name != NULL ? "/" : "", name != NULL ? name : "");
}

void
pins_number_path(
    const struct pins *p, enum pins_part part, unsigned number, char ret[PINS_PATH_MAX])
{
	char name[16];

	snprintf(name, sizeof name, "%u", number);
	pins_path(p, part, name, ret);
}

static int
of_bpf(int fd)
{
	struct statfs s;

	if (fstatfs(fd, &s) != 0)
		return -errno;
	return (unsigned long)s.f_type == BPF_FS_NUMBER ? 0 : -ENOTSUP;
}

static int
lock_dir(struct pins *p, struct sbuf *why)
{
	int err = of_bpf(p->lock);

	if (err != 0) {
		sbuf_addf(why,
		    "%s is in no BPF file system; where there is none, mount one: "
		    "`mount -t bpf bpf /sys/fs/bpf`",
		    p->dir);
		return err;
	}
	if (flock(p->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	err = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (err == -EBUSY)
		sbuf_addf(why,
		    "%s belongs to another edge-lb that is running; a second one needs "
		    "its own lb.kernel.pins",
		    p->dir);
	else
		sbuf_addf(why, "cannot lock %s: %s", p->dir, strerror(-err));
	return err;
}

int
pins_peek(struct pins *p, const char *dir, struct sbuf *why)
{
	p->lock = -1;
	if (strlen(dir) >= sizeof p->dir) {
		sbuf_addf(why, "%s: the path is too long", dir);
		return -ENAMETOOLONG;
	}
	snprintf(p->dir, sizeof p->dir, "%s", dir);
	return 0;
}

int
pins_open_old(struct pins *p, const char *dir, struct sbuf *why)
{
	int err = pins_peek(p, dir, why);

	if (err != 0)
		return err;
	p->lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->lock < 0) {
		err = -errno;
		if (err != -ENOENT)
			sbuf_addf(why, "%s: %s", dir, strerror(-err));
		return err;
	}
	err = lock_dir(p, why);
	if (err != 0)
		pins_close(p);
	return err;
}

/* Made only in a BPF file system: elsewhere it would be left lying around. */
static int
make_dir(const char *dir, struct sbuf *why)
{
	char parent[PINS_DIR_MAX];
	char *end;
	int err, fd;

	snprintf(parent, sizeof parent, "%s", dir);
	end = strrchr(parent, '/');
	if (end != NULL)
		end[end == parent] = '\0';
	fd = open(end != NULL ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = fd < 0 ? -errno : of_bpf(fd);
	if (fd >= 0)
		close(fd);
	if (err == -ENOENT || err == -ENOTSUP)
		sbuf_addf(why,
		    "%s is in no BPF file system; where there is none, mount one: "
		    "`mount -t bpf bpf /sys/fs/bpf`",
		    dir);
	else if (err == 0 && mkdir(dir, 0750) != 0 && errno != EEXIST)
		err = -errno;
	if (err != 0 && err != -ENOENT && err != -ENOTSUP)
		sbuf_addf(why, "cannot make %s: %s", dir, strerror(-err));
	return err == -ENOENT ? -ENOTSUP : err;
}

int
pins_open(struct pins *p, const char *dir, struct sbuf *why)
{
	char made[PINS_PATH_MAX];
	int err = pins_open_old(p, dir, why);

	if (err != -ENOENT)
		return err;
	err = make_dir(dir, why);
	if (err == 0)
		err = pins_open_old(p, dir, why);
	if (err == 0) {
		pins_path(p, PINS_MADE, NULL, made);
		mkdir(made, 0750); /* or DIR stays when it is empty */
	}
	return err;
}

void
pins_close(struct pins *p)
{
	if (p->lock >= 0)
		close(p->lock);
	p->lock = -1;
}

bool
pins_have(const struct pins *p, enum pins_part part)
{
	char path[PINS_PATH_MAX];

	pins_path(p, part, NULL, path);
	return access(path, F_OK) == 0;
}

/* Not through a symbolic link: the directory belongs to edge-lb's user, and root, who
 * detaches, would delete what is somebody else's. */
static int
open_part(const char *path, DIR **ret)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	*ret = fd < 0 ? NULL : fdopendir(fd);
	if (*ret != NULL)
		return 0;
	if (fd >= 0)
		close(fd);
	return -errno;
}

int
pins_remove(const struct pins *p, enum pins_part part)
{
	char path[PINS_PATH_MAX];
	struct dirent *entry;
	DIR *d;
	int err;

	pins_path(p, part, NULL, path);
	err = open_part(path, &d);
	if (err == -ENOTDIR || err == -ELOOP)
		return unlink(path) == 0 ? 0 : -errno;
	if (err != 0)
		return err == -ENOENT ? 0 : err;
	/* Linux's readdir() here shows what a deletion leaves, without skipping. */
	while (err == 0 && (entry = readdir(d)) != NULL) {
		int flags = entry->d_type == DT_DIR ? AT_REMOVEDIR : 0;

		if (entry->d_name[0] != '.' &&
		    unlinkat(dirfd(d), entry->d_name, flags) != 0 && errno != ENOENT)
			err = -errno;
	}
	closedir(d);
	if (err == 0 && rmdir(path) != 0 && errno != ENOENT)
		err = -errno;
	return err;
}

int
pins_begin(const struct pins *p)
{
	char path[PINS_PATH_MAX];
	int err = pins_remove(p, PINS_NEW);

	if (err != 0)
		return err;
	pins_path(p, PINS_NEW, NULL, path);
	return mkdir(path, 0750) == 0 ? 0 : -errno;
}

static int
rename_part(const struct pins *p, enum pins_part part, enum pins_part as)
{
	char from[PINS_PATH_MAX], to[PINS_PATH_MAX];

	pins_path(p, part, NULL, from);
	pins_path(p, as, NULL, to);
	return rename(from, to) == 0 ? 0 : -errno;
}

int
pins_complete(const struct pins *p)
{
	return rename_part(p, PINS_NEW, PINS_MAPS);
}

int
pins_retire(const struct pins *p)
{
	return rename_part(p, PINS_MAPS, PINS_NEW);
}

void
pins_remove_dir(const struct pins *p)
{
	if (pins_have(p, PINS_MADE) && pins_remove(p, PINS_MADE) == 0)
		rmdir(p->dir);
}

size_t
pins_numbers(const struct pins *p, enum pins_part part, unsigned *ret, size_t max)
{
	char path[PINS_PATH_MAX];
	struct dirent *entry;
	size_t n = 0;
	DIR *d;

	pins_path(p, part, NULL, path);
	d = opendir(path);
	if (d == NULL)
		return 0;
	while (n < max && (entry = readdir(d)) != NULL) {
		unsigned long number = strtoul(entry->d_name, NULL, 10);

		if (number > 0 && number < 1ul << 31)
			ret[n++] = (unsigned)number;
	}
	closedir(d);
	return n;
}
