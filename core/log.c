/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log - lines on standard error that never block the writer.
 *
 * A log sink that hangs (a stopped journal, a full pipe) must not stop traffic.  So a
 * line goes out only where it can be taken whole at once: MSG_DONTWAIT on a socket, one
 * write of at most PIPE_BUF to a pipe that does not wait, after poll() for anything else.
 * (A pipe of which poll() says that there is room may be full a moment later: other
 * threads and processes write to it too.)  A file on a disk that hangs is the one sink
 * that nobody can ask; workers of edge-lb write no log.
 *
 * RULE: mutable file statics outside main.c.  The log is the process's one standard
 * error; passing it around would say nothing.  They are set once, before threads start,
 * except for the atomic counter.
 */
#include <edge/log.h>

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *log_program = "edgepool";
static int log_fd = STDERR_FILENO;
static enum log_level log_most = LOG_LEVEL_INFO;
static bool log_to_systemd;
static bool log_to_socket;
static atomic_uint_least64_t log_lost;
static atomic_uint_least64_t log_lost_told;

/* systemd names the socket it gave us; a child whose standard error leads elsewhere has
 * inherited no more than the name. */
static bool
is_journal(const struct stat *st)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;

	return stream != NULL && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       dev == st->st_dev && ino == st->st_ino;
}

/* The pipe of standard error once more: whether a write waits belongs to the
 * description, which others share with us.  Standard error itself where that cannot be.
 */
static int
open_pipe_again(void)
{
	int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? STDERR_FILENO : fd;
}

void
log_open(const char *program, enum log_level most)
{
	struct stat st;
	bool known = fstat(STDERR_FILENO, &st) == 0;

	log_program = program;
	log_most = most;
	log_to_systemd = known && is_journal(&st);
	log_to_socket = known && S_ISSOCK(st.st_mode);
	if (log_fd != STDERR_FILENO)
		close(log_fd);
	log_fd = known && S_ISFIFO(st.st_mode) ? open_pipe_again() : STDERR_FILENO;
}

uint64_t
log_dropped(void)
{
	return atomic_load(&log_lost);
}

static bool
log_put(const char *line, size_t n)
{
	struct pollfd p = {.fd = log_fd, .events = POLLOUT};

	if (log_to_socket)
		return send(STDERR_FILENO, line, n, MSG_DONTWAIT | MSG_NOSIGNAL) ==
		       (ssize_t)n;
	if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))
		return false;
	return write(log_fd, line, n) == (ssize_t)n;
}

static const char *
level_word(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error: ";
	case LOG_LEVEL_WARNING:
		return "warning: ";
	case LOG_LEVEL_INFO:
		return "";
	case LOG_LEVEL_DEBUG:
		return "debug: ";
	}
	return "";
}

static bool
log_line(enum log_level level, const char *text)
{
	char line[PIPE_BUF];
	int n;

	if (log_to_systemd)
		n = snprintf(line, sizeof line, "<%d>%s\n", (int)level, text);
	else
		n = snprintf(line, sizeof line, "%s: %s%s\n", log_program,
		    level_word(level), text);
	if (n < 0)
		return false;
	if ((size_t)n >= sizeof line) {
		n = sizeof line - 1;
		line[n - 1] = '\n';
	}
	return log_put(line, (size_t)n);
}

/* What could not be said stays to be said; only one thread says it. */
static void
log_report_lost(void)
{
	uint64_t lost = atomic_load(&log_lost), told = atomic_load(&log_lost_told);
	char text[64];

	if (lost == told || !atomic_compare_exchange_strong(&log_lost_told, &told, lost))
		return;
	snprintf(text, sizeof text, "%llu log lines were lost",
	    (unsigned long long)(lost - told));
	if (!log_line(LOG_LEVEL_WARNING, text))
		atomic_fetch_sub(&log_lost_told, lost - told);
}

static void edge_printf(2, 0) log_va(enum log_level level, const char *format, va_list ap)
{
	char text[2048];

	if (level > log_most)
		return;
	vsnprintf(text, sizeof text, format, ap);
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' '; /* what peers sent must not forge lines */
	log_report_lost();
	if (!log_line(level, text))
		atomic_fetch_add(&log_lost, 1);
}

void
log_verbatim(const char *lines)
{
	while (*lines != '\0') {
		char line[PIPE_BUF];
		size_t whole = strcspn(lines, "\n"), n = whole;

		if (n > sizeof line - 1)
			n = sizeof line - 1;
		memcpy(line, lines, n);
		line[n] = '\n';
		log_report_lost();
		if (!log_put(line, n + 1))
			atomic_fetch_add(&log_lost, 1);
		lines += whole + (lines[whole] == '\n');
	}
}

#define LOG_FUNCTION(name, level)                                                        \
	void name(const char *format, ...)                                               \
	{                                                                                \
		va_list ap;                                                              \
                                                                                         \
		va_start(ap, format);                                                    \
		log_va(level, format, ap);                                               \
		va_end(ap);                                                              \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
