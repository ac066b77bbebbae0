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

#define DNS_USAGE "[status|plan|show [VIEW/ZONE]]"

/* The request in @ret; false when the words are not one. */
static bool
request_make(int argc, char **argv, char *ret, size_t size)
{
	static const char *const words[] = {"status", "plan", "show"};
	const char *word = argc > 1 ? argv[1] : "status";
	int most = strcmp(word, "show") == 0 ? 3 : 2;

	if (argc > most || (argc == 3 && strpbrk(argv[2], " \t\r\n") != NULL))
		return false;
	for (size_t i = 0; i < countof(words); i++)
		if (strcmp(word, words[i]) == 0)
			return snprintf(ret, size, "%s%s%s", word, argc == 3 ? " " : "",
				   argc == 3 ? argv[2] : "") < (int)size;
	return false;
}

enum exit_code
dns_run(const struct edgectl *e, int argc, char **argv)
{
	enum exit_code code = EXIT_NOT_DONE;
	char request[1024];
	struct sbuf answer;
	int err;

	if (!request_make(argc, argv, request, sizeof request))
		return misused(argv[0], DNS_USAGE);
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
