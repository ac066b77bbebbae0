/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_PROBE_TOLD_H
#define CTL_PROBE_TOLD_H

/*
 * probe_told - one step of a probe as it is told: a plain value between those who
 * understand (probe_story.c, probe_decode.c) and those who draw (probe_text.c,
 * probe_json.c).  Everything in it is printable; only octets are a stranger's own.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/base.h>

#define TOLD_FACTS_MAX 48
#define TOLD_NAME_MAX  32
#define TOLD_VALUE_MAX 400

struct told_fact {
	char name[TOLD_NAME_MAX]; /* "alternate-server" */
	char value[TOLD_VALUE_MAX];
};

struct told {
	int64_t at_ns;    /* since the probe's start */
	const char *word; /* "connected" */
	char summary[TOLD_VALUE_MAX];
	const uint8_t *octets; /* NULL: none to be shown */
	size_t n_octets;
	struct told_fact facts[TOLD_FACTS_MAX];
	size_t n_facts;
	bool cut; /* there were more facts */
};

void told_begin(struct told *t, int64_t at_ns, const char *word, const char *summary, ...)
    edge_printf(4, 5);
void
told_fact(struct told *t, const char *name, const char *value, ...) edge_printf(3, 4);
/* For people more than for programs: lines of text, as a protocol of lines has them. */
bool told_is_text(const uint8_t *octets, size_t n);

#endif
