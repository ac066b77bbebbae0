/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe - the verb: one probe from here, with every step told.  No daemon is asked, no
 * board read; without a configuration file the command line has to say what it would.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/conf.h>
#include <edge/pattern.h>

#include "edgectl.h"
#include "probe_json.h"
#include "probe_story.h"
#include "probe_text.h"

#define PROBE_USAGE "[OPTION...] ADDRESS|MEMBER SERVICE|KIND (edgectl help probe)"
#define ARENA_MAX   65536
#define TOLD_MAX    (4u << 20) /* of all probes in JSON */

/* How the steps of all probes are told. */
struct teller {
	bool as_json;
	struct sbuf out;
	struct json json;
};

/* --- the command line ------------------------------------------------------------------
 */

static bool
number_read(const char *text, double least, double most, double *ret)
{
	char *end;

	*ret = strtod(text, &end);
	return end != text && *end == '\0' && *ret >= least && *ret <= most;
}

static bool
option_take(struct probe_wish *w, int option, const char *text)
{
	struct pattern pattern;
	const char *why;
	double number = 0;

	switch (option) {
	case 'j':
		w->json = true;
		return true;
	case 'b':
		w->bare = true;
		return true;
	case 'n':
		w->name = text;
		return true;
	case 'd':
		w->domain = text;
		return true;
	case 'e':
		w->certificate = text;
		return true;
	case 'k':
		w->key = text;
		return true;
	case 'a':
		w->ca = text;
		return true;
	case 'o':
		w->send = text;
		return pattern_parse(text, false, &pattern, &why) == 0;
	case 'x':
		w->expect = text;
		return pattern_parse(text, true, &pattern, &why) == 0;
	case 's':
		return addr_parse(text, &w->source);
	case 'p':
		if (!number_read(text, 1, 65535, &number))
			return false;
		w->port = (uint16_t)number;
		return true;
	case 't':
		if (!number_read(text, 0.05, 60, &number))
			return false;
		w->timeout_ns = (int64_t)(number * (double)NS_PER_S);
		return true;
	}
	return false;
}

static bool
wish_read(struct probe_wish *w, int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
	    {"bare", no_argument, NULL, 'b'}, {"name", required_argument, NULL, 'n'},
	    {"domain", required_argument, NULL, 'd'},
	    {"certificate", required_argument, NULL, 'e'},
	    {"key", required_argument, NULL, 'k'}, {"ca", required_argument, NULL, 'a'},
	    {"send", required_argument, NULL, 'o'},
	    {"expect", required_argument, NULL, 'x'},
	    {"source", required_argument, NULL, 's'},
	    {"timeout", required_argument, NULL, 't'},
	    {"port", required_argument, NULL, 'p'}, {NULL, 0, NULL, 0}};
	int option;

	optind = 0; /* main() has used it for its own */
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!option_take(w, option, optarg)) {
			if (option != '?')
				complain("'%s' is not what that option takes", optarg);
			return false;
		}
	if (argc - optind != 2 || (w->key != NULL && w->certificate == NULL))
		return false;
	w->address = argv[optind];
	w->service = argv[optind + 1];
	return true;
}

void
probe_help(void)
{
	printf(
	    "usage: edgectl [-c FILE] probe [OPTION...] ADDRESS|MEMBER SERVICE|KIND\n\n"
	    "Asks once, now and from this host, and tells every step.  No daemon takes "
	    "part.\n"
	    "With a configuration the question is edge-health's own.\n\n"
	    "  ADDRESS  192.0.2.1, 192.0.2.1:443, 2001:db8::1, [2001:db8::1]:443; also a "
	    "VIP\n"
	    "  MEMBER   a name of the configuration: all its addresses for the service\n"
	    "  SERVICE  or internal/SERVICE, external/SERVICE where both sides have "
	    "it:\n");
	for (unsigned i = 0; i < SERVICES; i++)
		printf("             %-8s %-10s  %5u/%s  %s\n",
		    side_kind_word(service_infos[i].side), service_infos[i].word,
		    service_infos[i].port, proto_word(service_infos[i].proto),
		    service_infos[i].text);
	printf("  KIND     where no service has that name, or kind/KIND:\n            ");
	for (int kind = PROBE_NONE + 1; kind < PROBES; kind++)
		printf(" %s", probe_word((enum probe)kind));
	printf(
	    "\n\n  --json                 for programs\n"
	    "  --bare                 no configuration is read\n"
	    "  --port N               instead of the service's\n"
	    "  --name FQDN            the server name for TLS\n"
	    "  --domain D             the SIP domain that XMPP is asked for\n"
	    "  --certificate FILE     shown to who asks for one (PEM), with --key FILE\n"
	    "  --ca FILE              the issuers trusted (PEM)\n"
	    "  --send PATTERN         kind udp: sent; a text, or hex:0102\n"
	    "  --expect PATTERN       and how the answer begins\n"
	    "  --source ADDRESS       asked from there\n"
	    "  --timeout S            for the whole probe\n\n"
	    "Exit: 0 good, 1 bad, 2 the command line or the configuration is wrong,\n"
	    "3 a fault of this host: nothing is known.\n");
}

/* --- telling ---------------------------------------------------------------------------
 */

static void
teller_init(struct teller *t, bool as_json)
{
	t->as_json = as_json;
	sbuf_init(&t->out, TOLD_MAX);
	json_init(&t->json, &t->out);
	if (as_json) {
		json_object(&t->json, NULL);
		json_uint(&t->json, "format", 1);
		json_array(&t->json, "probes");
	}
}

/* People see each step when it happens. */
static void
teller_flush(struct teller *t)
{
	if (t->as_json)
		return;
	fputs(sbuf_text(&t->out), stdout);
	fflush(stdout);
	sbuf_fini(&t->out);
	sbuf_init(&t->out, TOLD_MAX);
}

static void
on_step(void *owner, const struct told *told)
{
	struct teller *t = owner;

	if (t->as_json)
		probe_json_step(told, &t->json);
	else
		probe_text_step(told, &t->out);
	teller_flush(t);
}

static void
teller_fini(struct teller *t)
{
	if (t->as_json) {
		json_end(&t->json);
		json_end(&t->json);
		fputs(sbuf_text(&t->out), stdout);
	}
	sbuf_fini(&t->out);
}

/* --- probing ---------------------------------------------------------------------------
 */

static enum exit_code
ask_one(const struct probe_aim *aim, const struct model *m, struct tls_context *tls,
    const char *run_dir, struct teller *t)
{
	struct certificate seen = {0};
	struct outcome outcome;
	struct advice advice;

	if (t->as_json)
		probe_json_head(aim, &t->json);
	else
		probe_text_head(aim, &t->out);
	if (probe_story_run(aim, m, tls, run_dir, on_step, t, &outcome, &seen) != 0) {
		outcome = (struct outcome){.reason = REASON_LOCAL, .detail = ENOMEM};
		complain("out of memory");
	}
	advice_give(aim, &outcome, &seen, clock_wall_s(), &advice);
	certificate_fini(&seen);
	if (t->as_json)
		probe_json_end(&outcome, &advice, &t->json);
	else
		probe_text_end(&outcome, &advice, &t->out);
	teller_flush(t);
	switch (advice.grade) {
	case ADVICE_GOOD:
		return EXIT_DONE;
	case ADVICE_BAD:
		return EXIT_BAD;
	case ADVICE_NOT_KNOWN:
		return EXIT_NOT_DONE;
	}
	return EXIT_NOT_DONE;
}

/* Certificates that cannot be read are told before anybody is asked anything. */
static enum exit_code
ask_all(const struct probe_aims *aims, const struct model *m, const struct probe_wish *w)
{
	enum exit_code worst = EXIT_DONE;
	struct tls_context *tls[PROBE_AIMS_MAX] = {NULL};
	struct teller teller;
	char why[512];

	for (size_t i = 0; i < aims->n; i++)
		if (tls_context_new(&aims->at[i].health.tls, &tls[i], why, sizeof why) !=
		    0) {
			complain("%s", why);
			worst = EXIT_WRONG;
			break;
		}
	if (worst == EXIT_DONE) {
		teller_init(&teller, w->json);
		for (size_t i = 0; i < aims->n; i++) {
			enum exit_code code =
			    ask_one(&aims->at[i], m, tls[i], w->run_dir, &teller);

			/* what is known to be bad goes before what is not known */
			if (code == EXIT_BAD || worst == EXIT_DONE)
				worst = code;
			if (!w->json && i + 1 < aims->n)
				printf("\n");
		}
		teller_fini(&teller);
	}
	for (size_t i = 0; i < aims->n; i++)
		tls_context_free(&tls[i]);
	return worst;
}

static enum exit_code
probe_with(const struct model *m, const struct probe_wish *w)
{
	struct arena *arena = arena_new(ARENA_MAX);
	struct probe_aims *aims = calloc(1, sizeof *aims);
	struct health_conf defaults = {0};
	enum exit_code code = EXIT_NOT_DONE;
	struct sbuf why;

	sbuf_init(&why, 4096);
	if (arena == NULL || aims == NULL) {
		complain("out of memory");
	} else {
		conf_health_defaults(arena, &defaults);
		/* raw sockets are root's anyway, others depend on the host */
		if (geteuid() == 0)
			defaults.icmp = ICMP_RAW;
		if (probe_aim_find(m, &defaults, w, aims, &why)) {
			code = ask_all(aims, m, w);
		} else {
			complain("%s", sbuf_text(&why));
			code = EXIT_WRONG;
		}
	}
	sbuf_fini(&why);
	free(aims);
	arena_free(&arena);
	return code;
}

enum exit_code
probe_run(const struct edgectl *e, int argc, char **argv)
{
	struct probe_wish w = {0};
	struct model *m = NULL;
	enum exit_code code;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		probe_help();
		return EXIT_DONE;
	}
	w.run_dir = e->run_dir;
	if (!wish_read(&w, argc, argv))
		return misused(argv[0], PROBE_USAGE);
	/* A peer that has gone must not end the tool: the probe says so. */
	signal(SIGPIPE, SIG_IGN);
	if (!w.bare && (e->conf_given || access(e->conf_file, F_OK) == 0)) {
		m = model_read(e, false);
		if (m == NULL) {
			complain("%s has errors; --bare probes without it", e->conf_file);
			return EXIT_WRONG;
		}
	}
	code = probe_with(m, &w);
	model_free(&m);
	return code;
}
