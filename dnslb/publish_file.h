/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNSLB_PUBLISH_FILE_H
#define DNSLB_PUBLISH_FILE_H

/*
 * publish_file - one file that is replaced whole or not at all.
 *
 *   stage    temporary file beside it (O_EXCL), write, fsync, checked close
 *   commit   rename over the file, then fsync of the directory as far as it goes
 *   discard  removes a staged file that was not committed
 *
 * A crash at any point leaves the old file or the new one; a temporary file left behind
 * is removed by the next stage.  The file's mode and group survive its replacement, so
 * that whoever let a name server read it has to do so once.
 */
#include <stdbool.h>
#include <stddef.h>

struct publish_file {
	char *path;
	char *staged; /* path of the temporary file */
};

/* 0, -ENOMEM, or -EINVAL for a path without a file name. */
int publish_file_init(struct publish_file *f, const char *path);
void publish_file_fini(struct publish_file *f);

/* Creates the file's directory below @base, which is a prefix of its path and exists or
 * can be created with its own parent existing.  0 or -errno. */
int publish_file_make_dirs(const struct publish_file *f, const char *base);

/* The file's octets, NUL-terminated and malloc'ed.  -ENOENT, -EFBIG beyond @maximum,
 * -EINVAL when it is no regular file or holds a NUL, or another -errno. */
int publish_file_read(
    const struct publish_file *f, size_t maximum, char **ret, size_t *ret_n);

int publish_file_stage(const struct publish_file *f, const char *octets, size_t n);
int publish_file_commit(const struct publish_file *f);
void publish_file_discard(const struct publish_file *f);

#endif
