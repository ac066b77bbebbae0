/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state that one edge-lb hands to the next, damaged: what is read fits together, and
 * what is not is told.
 */
#include <assert.h>
#include <stdlib.h>

#include "state_saved.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct saved s;
	struct sbuf why;

	sbuf_init(&why, 256);
	if (saved_read(&s, octets, n, &why) == 0) {
		size_t count;
		int *fds = saved_descriptors(&s, &count);

		assert(s.process.workers >= 1 && s.process.workers <= STATE_WORKERS_MAX);
		assert(count >= 2 * (size_t)s.n.sessions + s.n.assocs);
		for (uint32_t i = 0; i < s.n.sessions; i++)
			assert(s.sessions[i].seat.worker < s.process.workers &&
			       s.sessions[i].stage < STAGES);
		free(fds);
		saved_fini(&s);
	} else {
		assert(why.length > 0);
	}
	sbuf_fini(&why);
	return 0;
}
