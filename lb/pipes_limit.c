/* SPDX-License-Identifier: BSD-2-Clause */
/* pipes_limit - apart from pipes.c, so that a test can make an edge-lb that has few. */
#include "pipes.h"

/* Half of what the kernel grants a user by default (fs.pipe-user-pages-soft). */
#define PROCESS_MAX 128
/* An eighth of the descriptors that are no session's (lb.c), two a pipe. */
#define SESSIONS_A_PIPE 32

unsigned
pipes_limit(uint32_t sessions, unsigned workers)
{
	unsigned n = sessions / SESSIONS_A_PIPE;

	return (n < PROCESS_MAX ? n : PROCESS_MAX) / workers;
}
