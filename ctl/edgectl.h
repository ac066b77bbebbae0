/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_EDGECTL_H
#define CTL_EDGECTL_H

/*
 * edgectl - what main.c and the files of verbs share: options, verbs, exit codes.
 */
#include <stdbool.h>

#include <edge/base.h>
#include <edge/model.h>

/* What scripts may rely on; ctl/README.md has the table. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_WARNED = 1,  /* check --strict: nothing but warnings */
	EXIT_BAD = 1,     /* probe: the service is not well */
	EXIT_WRONG = 2,   /* the command line or the configuration is wrong */
	EXIT_NOT_DONE = 3 /* a daemon that is needed refused, is silent or does not run */
};

struct edgectl {
	const char *conf_file, *run_dir, *state_dir;
	bool conf_given; /* on the command line */
};

struct verb {
	const char *name;
	const char *args; /* as in help */
	/* @argv[0] is the verb. */
	enum exit_code (*run)(const struct edgectl *e, int argc, char **argv);
	const char *help;
	void (*help_more)(void); /* all about it; NULL: the line says it */
};

/* check.c */
enum exit_code check_run(const struct edgectl *e, int argc, char **argv);
enum exit_code keys_run(const struct edgectl *e, int argc, char **argv);
/* status.c */
enum exit_code status_run(const struct edgectl *e, int argc, char **argv);
/* member_verbs.c: all three are one function, told apart by argv[0] */
enum exit_code member_run(const struct edgectl *e, int argc, char **argv);
/* reload.c */
enum exit_code reload_run(const struct edgectl *e, int argc, char **argv);
/* upgrade.c */
enum exit_code upgrade_run(const struct edgectl *e, int argc, char **argv);
/* detach.c */
enum exit_code detach_run(const struct edgectl *e, int argc, char **argv);
/* probe.c */
enum exit_code probe_run(const struct edgectl *e, int argc, char **argv);
void probe_help(void);
/* dns.c */
enum exit_code certificates_run(const struct edgectl *e, int argc, char **argv);
enum exit_code dns_run(const struct edgectl *e, int argc, char **argv);

/* --- what several verbs do ------------------------------------------------------------
 */

/* A line "edgectl: ..." on standard error. */
void complain(const char *format, ...) edge_printf(1, 2);
/* Complains about how @verb is called and returns EXIT_WRONG. */
enum exit_code misused(const char *verb, const char *args);
/* The configuration of @e, or NULL after its errors were printed (on standard error, as
 * are, with @warn, its warnings and notes). */
struct model *model_read(const struct edgectl *e, bool warn);
/* Why a call to a daemon failed, for a person: "is not running", ... */
const char *call_failure_text(int err);

#endif
