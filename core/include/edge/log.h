/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_LOG_H
#define EDGE_LOG_H

/*
 * log - lines on standard error, for programs only: core and all pure code never log.
 *
 * A line is "edge-lb: warning: text" on a terminal or in a file, "<4>text" under
 * systemd (sd-daemon(3)).  Writing never blocks: a line that cannot be taken at once is
 * dropped and counted, and the next line that gets through says how many were lost.
 * Threads may log at the same time.
 */
#include <stdint.h>

#include <edge/base.h>

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

void log_open(const char *program, enum log_level most);
void log_error(const char *format, ...) edge_printf(1, 2);
void log_warning(const char *format, ...) edge_printf(1, 2);
void log_info(const char *format, ...) edge_printf(1, 2);
void log_debug(const char *format, ...) edge_printf(1, 2);
/* Lines that were worded elsewhere, as diagnostics of a configuration, just as they are. */
void log_verbatim(const char *lines);
uint64_t log_dropped(void); /* lines lost since the start */

#endif
