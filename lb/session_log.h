/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_SESSION_LOG_H
#define LB_SESSION_LOG_H

/*
 * session_log - the file that gets a line at the end of each session, and the one thread
 * that writes it.
 *
 *   worker 0 --ring--+
 *   worker 1 --ring--+--> writer: opens, formats, writes; it alone waits for the disk
 *
 * What cannot be written waits in the rings; what does not fit there is lost, and counted
 * by the worker.  A file that cannot be opened is told once and tried each second: a log
 * is no reason to refuse traffic.
 *
 * All functions are the main thread's.  None waits for the disk.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log_ring.h"

struct session_log;

/* No thread, no ring and no file yet.  0 or -errno. */
int session_log_new(unsigned workers, struct session_log **ret);
/* Ends the writer when it has written what waits, or after @timeout_ns.  Returns how many
 * lines were left.  Workers must push no more. */
size_t session_log_free(struct session_log **pl, int64_t timeout_ns);

/* From now on lines go to @path (NULL: nowhere), which is opened anew even when it is the
 * one before: somebody may have renamed the file.  0 or -errno, then nothing changed. */
int session_log_use(struct session_log *l, const char *path);
/* Where worker @i puts its records; NULL while there is no file. */
struct log_ring *session_log_ring(struct session_log *l, unsigned i);
/* How many lines wait. */
size_t session_log_waiting(const struct session_log *l);

/* Makes the writer write what it can without waiting, and then do nothing until
 * session_log_resume(): an execve() would wait for a thread that the disk holds.  False
 * when it hangs; then it goes on. */
bool session_log_rest(struct session_log *l, int64_t timeout_ns);
void session_log_resume(struct session_log *l);

#endif
