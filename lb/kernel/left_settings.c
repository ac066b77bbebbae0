/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * left_settings - settings of this host, and what they were.
 */
#include "left.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/program.h>

#define SAVED_MAX 128

/* --- /proc/sys -----------------------------------------------------------------------
 */

static bool
setting_path(char *path, const char *name)
{
	/* Root reads them from a file of edge-lb's user's: none leads out of there. */
	if (strncmp(name, "../", 3) == 0 || strstr(name, "/../") != NULL)
		return false;
	/* @name has slashes, because an interface's name may have dots. */
	return snprintf(path, LEFT_SETTING_MAX + 16, "/proc/sys/net/%s", name) <
	       LEFT_SETTING_MAX + 16;
}

int
left_setting_get(const char *name, int *ret)
{
	char path[LEFT_SETTING_MAX + 16], text[16];
	int fd, err = 0;
	ssize_t n;

	if (!setting_path(path, name))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof text - 1);
	if (n < 0)
		err = -errno;
	close(fd);
	if (n > 0) {
		text[n] = '\0';
		*ret = atoi(text);
	}
	return err;
}

static int
setting_set(const char *name, int value)
{
	char path[LEFT_SETTING_MAX + 16], text[16];
	int n = snprintf(text, sizeof text, "%d\n", value);
	int fd, err = 0;

	if (!setting_path(path, name))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)n) != n)
		err = -errno;
	close(fd);
	return err;
}

/* --- what it was ---------------------------------------------------------------------
 */

static FILE *
saved_open(const char *run_dir, const char *mode)
{
	char path[PROGRAM_PATH_MAX];

	return program_path(path, run_dir, "lb", ".host") ? fopen(path, mode) : NULL;
}

/* Written before the setting is changed. */
static int
saved_add(const char *run_dir, const char *name, int value)
{
	FILE *f = saved_open(run_dir, "a");

	if (f == NULL)
		return -errno;
	fprintf(f, "%s %d\n", name, value);
	return fclose(f) == 0 ? 0 : -errno;
}

bool
left_settings_restore(const char *run_dir)
{
	struct {
		char name[LEFT_SETTING_MAX];
		int value;
	} saved[SAVED_MAX];
	char path[PROGRAM_PATH_MAX];
	FILE *f = saved_open(run_dir, "r");
	size_t n = 0, n_saved;

	if (f == NULL)
		return false;
	while (n < SAVED_MAX && fscanf(f, "%95s %d", saved[n].name, &saved[n].value) == 2)
		n++;
	fclose(f);
	n_saved = n;
	/* Backwards, so that the oldest value of a setting is the one that stays. */
	while (n-- > 0)
		setting_set(saved[n].name, saved[n].value);
	if (program_path(path, run_dir, "lb", ".host"))
		unlink(path);
	return n_saved > 0;
}

int
left_setting_change(const char *run_dir, const char *name, int from, int to)
{
	int err = saved_add(run_dir, name, from);

	return err != 0 ? err : setting_set(name, to);
}
