/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certificates - the verb: what edge-health has seen of the members' certificates.  Names
 * and subjects are on no board, so it is asked.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <edge/ctl.h>

#include "edgectl.h"

#define ANSWER_MAX      (4u << 20)
#define CALL_TIMEOUT_MS 10000

/* Of "certificate WHOSE... key=value key="value" ..." a line for whose it is, and one for
 * each key. */
static void
line_print(const char *line, size_t n)
{
	static const char word[] = "certificate ";
	bool quoted = false, keys = false;

	for (size_t i = strlen(word); i < n; i++) {
		size_t next = i + 1 + strcspn(line + i + 1, " =");

		quoted ^= line[i] == '"';
		if (line[i] == ' ' && !quoted && next < n && line[next] == '=') {
			printf("\n  ");
			keys = true;
		} else if (line[i] == '=' && keys && !quoted) {
			putchar(' ');
		} else if (line[i] != '"') {
			putchar(line[i]);
		}
	}
	putchar('\n');
}

static void
answer_print(const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		line_print(text, n);
		text += n + (text[n] == '\n');
		if (*text != '\0')
			putchar('\n');
	}
}

enum exit_code
certificates_run(const struct edgectl *e, int argc, char **argv)
{
	enum exit_code code = EXIT_NOT_DONE;
	char request[1024];
	struct sbuf answer;
	int n, err;

	n = snprintf(request, sizeof request, "certificates%s%s", argc > 1 ? " " : "",
	    argc > 1 ? argv[1] : "");
	if (argc > 2 || n >= (int)sizeof request ||
	    (argc == 2 && strpbrk(argv[1], " \t\r\n") != NULL))
		return misused(argv[0], "[MEMBER]");
	sbuf_init(&answer, ANSWER_MAX);
	err = ctl_call(e->run_dir, "health", request, CALL_TIMEOUT_MS, &answer);
	if (err == 0) {
		answer_print(sbuf_text(&answer));
		code = EXIT_DONE;
	} else if (err == -EREMOTEIO) {
		complain("edge-health: %s", sbuf_text(&answer));
	} else {
		complain("edge-health %s", call_failure_text(err));
	}
	sbuf_fini(&answer);
	return code;
}
