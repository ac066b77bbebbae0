/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_CONF_H
#define EDGE_CONF_H

/*
 * conf - from a file to a model, or to a list of what is wrong with it.
 *
 * conf_load() is all of it: limits that libconfig does not keep are met first, then
 * libconfig parses, then every key is checked against the key table, then the model is
 * built and the rules are applied.  One syntax error ends it; semantic problems are all
 * reported.  The file is hostile input: bounded memory and time, never a crash.
 */
#include <stdbool.h>
#include <stdio.h>

#include <edge/diag.h>
#include <edge/model.h>

/* True when there is no error: *ret is then a new model, owned by the caller, even if
 * warnings and notes were found.  False: *ret untouched.  @diags must be initialised. */
bool conf_load(const char *path, struct model **ret, struct diags *diags);

/* The same for a daemon: what is at least that severe is added to @said, as text. */
bool conf_load_said(
    const char *path, enum diag_severity least, struct model **ret, struct sbuf *said);

/* What a prober has to go by without any file.  @ret is all zero; texts go to @a. */
void conf_health_defaults(struct arena *a, struct health_conf *ret);

/* The reference of all keys, generated from the table the parser uses. */
void conf_manual(FILE *to);

#endif
