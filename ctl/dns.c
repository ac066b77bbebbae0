/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dns - the verb: what edge-dnslb publishes, in its own words.  Planning needs states,
 * settling times and what was published before, which only the daemon has; so it is
 * asked.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <edge/ctl.h>

#include "edgectl.h"

#define ANSWER_MAX      (4u << 20)
#define CALL_TIMEOUT_MS 10000

enum exit_code
dns_run(const struct edgectl *e, int argc, char **argv)
{
	const char *request = argc > 1 ? argv[1] : "show";
	enum exit_code code = EXIT_NOT_DONE;
	struct sbuf answer;
	int err;

	if (argc > 2 || (strcmp(request, "show") != 0 && strcmp(request, "plan") != 0))
		return misused(argv[0], "[show|plan]");
	sbuf_init(&answer, ANSWER_MAX);
	err = ctl_call(e->run_dir, "dnslb", request, CALL_TIMEOUT_MS, &answer);
	if (err == 0) {
		fputs(sbuf_text(&answer), stdout);
		code = EXIT_DONE;
	} else if (err == -EREMOTEIO) {
		complain("edge-dnslb: %s", sbuf_text(&answer));
	} else {
		complain("edge-dnslb %s", call_failure_text(err));
	}
	sbuf_fini(&answer);
	return code;
}
