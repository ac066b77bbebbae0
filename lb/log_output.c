/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_output - see log_output.h.
 *
 * A pipe is written without blocking and waited for with poll(); for a file neither has
 * a meaning, so a disk that hangs holds the thread that calls.  Pieces are whole lines of
 * at most PIPE_BUF octets, so that a pipe takes all of one or nothing.
 */
#include "log_output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/log.h>

#include "log_line.h"

#define AGAIN_MS      1000 /* after a failure */
#define LINES_A_PIECE 64

/* --- the file ------------------------------------------------------------------------
 */

static void
output_close(struct log_output *o)
{
	if (o->fd >= 0)
		close(o->fd);
	o->fd = -1;
	o->cut = false;
	o->full = false;
}

static void
output_failed(struct log_output *o, int err)
{
	if (o->told != err)
		log_error("session log %s: %s; lines wait, and are lost when they are "
			  "too many",
		    o->path, strerror(-err));
	o->told = err;
	o->not_before_ns = clock_mono_ns() + AGAIN_MS * NS_PER_MS;
}

/* A file or a pipe; never through a link that somebody else may have put there. */
static int
open_path(const char *path)
{
	struct stat st;
	int fd = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
		O_CLOEXEC,
	    0640);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode)))
		return fd;
	close(fd);
	return -EINVAL;
}

/* A program before us may have left it so.  Where we may not read, it has not. */
static bool
ends_in_half_a_line(const char *path, int fd)
{
	struct stat ours, theirs;
	char last = '\n';
	int again;

	if (fstat(fd, &ours) != 0 || !S_ISREG(ours.st_mode) || ours.st_size == 0)
		return false;
	again = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (again < 0)
		return false;
	if (fstat(again, &theirs) != 0 || theirs.st_ino != ours.st_ino ||
	    pread(again, &last, 1, ours.st_size - 1) != 1)
		last = '\n';
	close(again);
	return last != '\n';
}

static bool
output_open(struct log_output *o)
{
	int fd;

	if (o->fd >= 0 || o->path == NULL)
		return o->fd >= 0;
	if (clock_mono_ns() < o->not_before_ns)
		return false;
	fd = open_path(o->path);
	if (fd < 0) {
		output_failed(o, fd);
		return false;
	}
	o->fd = fd;
	o->cut = ends_in_half_a_line(o->path, fd);
	return true;
}

/* --- lines ---------------------------------------------------------------------------
 */

struct piece {
	char text[PIPE_BUF];
	size_t n, n_lines;
	size_t ends[LINES_A_PIECE];
};

/* Whole lines of one ring.  Where the file ends in half a line, that one ends first. */
static void
piece_fill(struct piece *p, const struct log_ring *r, bool cut)
{
	int64_t wall_ns;
	struct timespec ts;
	const struct log_record *record;

	clock_gettime(CLOCK_REALTIME, &ts);
	wall_ns = (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec - clock_mono_ns();
	p->n = p->n_lines = 0;
	if (cut)
		p->text[p->n++] = '\n';
	while (p->n_lines < LINES_A_PIECE && p->n + LOG_LINE_MAX <= sizeof p->text &&
	       (record = log_ring_at(r, p->n_lines)) != NULL) {
		p->n += log_line(record, wall_ns, p->text + p->n);
		p->ends[p->n_lines++] = p->n;
	}
}

static size_t
piece_lines(const struct piece *p, size_t octets)
{
	size_t n = 0;

	while (n < p->n_lines && p->ends[n] <= octets)
		n++;
	return n;
}

/* One piece of this ring; false when there is none, or it was not taken. */
static bool
write_piece(struct log_output *o, struct log_ring *r)
{
	struct piece p;
	ssize_t n;
	size_t lines;

	piece_fill(&p, r, o->cut);
	if (p.n_lines == 0)
		return false;
	n = write(o->fd, p.text, p.n);
	if (n < 0 && errno == EINTR)
		return true;
	if (n < 0) {
		int err = -errno;

		o->full = err == -EAGAIN;
		if (!o->full)
			output_failed(o, err);
		if (err == -EPIPE)
			output_close(o);
		return false;
	}
	o->told = 0;
	lines = piece_lines(&p, (size_t)n);
	if (n > 0)
		o->cut = lines == 0 ? (!o->cut || n > 1) : p.ends[lines - 1] != (size_t)n;
	log_ring_drop(r, lines);
	return lines > 0;
}

void
log_output_write(struct log_output *o, struct log_ring *const *rings, unsigned n_rings)
{
	for (unsigned i = 0; i < n_rings; i++)
		for (size_t n = log_ring_waiting(rings[i]); n > 0; n--)
			if (o->full || clock_mono_ns() < o->not_before_ns ||
			    !output_open(o) || !write_piece(o, rings[i]))
				break;
}

void
log_output_use(struct log_output *o, char *path)
{
	output_close(o);
	free(o->path);
	o->path = path;
	o->told = 0;
	o->not_before_ns = 0;
	output_open(o);
}

void
log_output_fini(struct log_output *o)
{
	output_close(o);
	free(o->path);
	o->path = NULL;
}
