/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DNSLB_PUBLISHER_WRITE_H
#define DNSLB_PUBLISHER_WRITE_H

/*
 * publisher_write - one output's file and name server: look, replace, tell, report.
 *
 *   stage -> check (staged file) -> commit -> check (in place) -> remember -> reload
 *               | fails: discarded              | fails: the old file is put back
 *
 * A check command that names "%s" sees the staged file before it replaces anything; one
 * that does not (it checks the zone that includes ours) runs after the replacement.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/board.h>
#include <edge/model.h>
#include <edge/sbuf.h>

#include "answer.h"
#include "outputs.h"

struct writer {
	const struct dns_conf *dns;
	struct board *board;
	int64_t now_ns;
	/* Called after each write and about twice a second while a command runs; may be
	 * NULL. */
	void (*alive)(void *owner);
	void *owner;
};

/* Brings o->text up to date with the file.  False when it cannot be known. */
bool writer_look(const struct writer *w, struct output *o);
/* Replaces the file by @text, which must serve @z: the last guard looks at its octets. */
void writer_publish(const struct writer *w, struct output *o, const struct zone *z,
    const struct sbuf *text);
/* Runs the target's reload command. */
void writer_reload(const struct writer *w, struct output *o);
/* The output's row on dns.board: what its file says now. */
void writer_report(const struct writer *w, const struct output *o);

#endif
