/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNSLB_OUTPUTS_H
#define DNSLB_OUTPUTS_H

/*
 * outputs - every file this process keeps: one per view and zone, or one per target of
 * kind "file" for it.
 *
 * An output carries what must outlive one look: what its file held when last read, when
 * it may be written next, what is owed to its name server.  A reload takes that over by
 * the output's id.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <edge/boards.h>
#include <edge/model.h>
#include <edge/sbuf.h>

#include "answer.h"
#include "publish_file.h"
#include "settle.h"

struct output {
	uint64_t id; /* of "zone NAME": keys its board row */
	char *name;  /* "external/contoso.com", then "/TARGET" for a second target */
	size_t zone; /* index in every plan of this model */
	const struct dns_target *target; /* kind file, or NULL: the default place */
	struct publish_file file;

	/* the file, as last read or written */
	char *text;   /* NULL: there is none of use */
	bool foreign; /* it exists and is not ours: never touched */
	struct stat seen;

	struct sbuf want; /* the plan's text */
	struct settle settle;
	struct warmup warmup;
	bool reload_due; /* the name server has not been told yet */
	int64_t reload_not_before_ns;
	int error; /* the last one logged; 0 when the last step worked */
	bool frozen;
	size_t row; /* on dns.board */
};

struct outputs {
	struct output *list;
	size_t n;
};

/* The outputs of @plan, whose zones are those of @m.  On failure *@why (of @size octets)
 * says what is wrong with the configuration or the machine, for a person. */
bool outputs_init(struct outputs *o, const struct model *m, const struct plan *plan,
    const char *state_dir, char *why, size_t size);
void outputs_fini(struct outputs *o);
/* Takes over times and debts from the outputs of an older model. */
void outputs_adopt(struct outputs *o, const struct outputs *old);
/* Rows of dns.board: the process and every output; malloc'ed, NULL without memory. */
struct board_row_spec *outputs_rows(const struct outputs *o, size_t *ret_n);

#endif
