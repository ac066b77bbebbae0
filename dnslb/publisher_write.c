/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publisher_write - one output's file and name server: look, replace, tell, report.
 */
#include "publisher_write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/boards.h>
#include <edge/clock.h>
#include <edge/log.h>

#include "command.h"
#include "zone_text.h"

/* Name servers check and load a zone of thousands of records well within this. */
#define COMMAND_TIMEOUT_NS (10 * NS_PER_S)

/* Before a step that failed is tried again.  One that hung blocks the whole process each
 * time, so it waits much longer than it may take. */
static int64_t
pause_after(int err)
{
	return err == -ETIME ? 60 * NS_PER_S : 5 * NS_PER_S;
}

static void
count(const struct writer *w, const struct output *o, enum dns_field field)
{
	board_add(w->board, o->row, field, 1);
	board_add(w->board, board_find(w->board, BOARD_PROCESS_ID), field, 1);
}

/* Logs an error when it is not the one logged before. */
static void
fail(const struct writer *w, struct output *o, int err, const char *what)
{
	count(w, o, DNS_FIELD_ERRORS);
	if (o->error != err)
		log_error(
		    "%s: %s: %s; the file before stays", o->name, what, strerror(-err));
	o->error = err;
}

/* Only logged here, once: nothing is tried again by itself. */
static void
fail_to_look(const struct writer *w, struct output *o, int err, const char *why)
{
	if (o->error != err) {
		count(w, o, DNS_FIELD_ERRORS);
		log_error("%s: %s: %s", o->name, o->file.path, why);
	}
	o->error = err;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	       a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static void
forget(struct output *o)
{
	free(o->text);
	o->text = NULL;
	o->foreign = false;
	o->seen = (struct stat){0};
}

/* Judges what was read: ours and whole, ours and damaged, empty, or somebody else's. */
static bool
take_text(const struct writer *w, struct output *o, char *text, size_t n)
{
	if (zone_text_intact(text, n)) {
		o->text = text;
		return true;
	}
	o->foreign = n > 0 && !zone_text_ours(text, n);
	free(text);
	if (o->foreign) {
		fail_to_look(w, o, -EEXIST,
		    "not written by edgepool, so it is not replaced: move it away");
		return false;
	}
	log_warning("%s: %s is %s: written anew", o->name, o->file.path,
	    n > 0 ? "damaged" : "empty");
	return true;
}

bool
writer_look(const struct writer *w, struct output *o)
{
	struct stat now;
	char *text = NULL;
	size_t n = 0;
	int err = stat(o->file.path, &now) != 0 ? -errno : 0;

	if (err == 0 && same_file(&now, &o->seen))
		return !o->foreign;
	forget(o);
	if (err == 0)
		err = publish_file_read(&o->file, ZONE_TEXT_MAX, &text, &n);
	if (err == -ENOENT)
		return true;
	if (err != 0) {
		fail_to_look(w, o, err, strerror(-err));
		return false;
	}
	o->seen = now;
	return take_text(w, o, text, n);
}

/* 0, or the error after it was logged. */
static int
run(const struct writer *w, struct output *o, const char *what, const char *const *argv,
    const char *file)
{
	struct command_result r;
	char why[COMMAND_OUTPUT_MAX + 64];
	int err = command_run(argv, file, COMMAND_TIMEOUT_NS, w->alive, w->owner, &r);

	if (err == 0)
		return 0;
	command_explain(&r, err, why);
	count(w, o, DNS_FIELD_ERRORS);
	log_error("%s: %s command %s: %s", o->name, what, argv[0], why);
	o->error = err;
	return err;
}

/* Back to what was there before a replacement that did not pass its check. */
static void
roll_back(const struct writer *w, struct output *o)
{
	int err;

	if (o->text == NULL) {
		err = unlink(o->file.path) != 0 ? -errno : 0;
	} else {
		err = publish_file_stage(&o->file, o->text, strlen(o->text));
		if (err == 0)
			err = publish_file_commit(&o->file);
	}
	if (err != 0)
		fail(w, o, err, "cannot put back the file before");
	o->seen = (struct stat){0};
}

static int
replace(const struct writer *w, struct output *o, const struct sbuf *text)
{
	const char *const *check = o->target == NULL ? NULL : o->target->check;
	bool staged = check != NULL && command_wants_file(check);
	int err = publish_file_stage(&o->file, text->text, text->length);

	if (err != 0) {
		fail(w, o, err, o->file.staged);
		return err;
	}
	if (staged && (err = run(w, o, "check", check, o->file.staged)) != 0) {
		publish_file_discard(&o->file);
		return err;
	}
	err = publish_file_commit(&o->file);
	if (err != 0) {
		fail(w, o, err, o->file.path);
		return err;
	}
	if (check != NULL && !staged &&
	    (err = run(w, o, "check", check, o->file.path)) != 0)
		roll_back(w, o);
	return err;
}

static void
announce(const struct output *o, const char *before)
{
	struct zone_counts was = zone_text_counts(before), is = zone_text_counts(o->text);

	log_info("%s: %zu records, %zu withdrawn, written to %s", o->name, is.records,
	    is.withdrawn, o->file.path);
	if (is.fail_open > 0)
		log_warning(
		    "%s: FAIL OPEN: no member can take new sessions for %zu record "
		    "sets, which are published all the same",
		    o->name, is.fail_open);
	else if (was.fail_open > 0)
		log_info("%s: no longer failing open", o->name);
}

void
writer_publish(const struct writer *w, struct output *o, const struct zone *z,
    const struct sbuf *text)
{
	char *before = o->text;
	int err = -ENODATA;

	if (text->failed || !zone_text_serves(text->text, text->length, z))
		fail(w, o, err, "refused to write a text without all its records");
	else
		err = replace(w, o, text);
	if (err != 0) {
		settle_failed(
		    &o->settle, w->now_ns, pause_after(err), w->dns->spacing_ns);
		return;
	}
	o->text = strdup(text->text);
	/* Read back at the next look: a stat() now might describe what somebody else has
	 * put there since the rename. */
	o->seen = (struct stat){0};
	if (o->text != NULL)
		announce(o, before == NULL ? "" : before);
	free(before);
	settle_written(&o->settle, w->now_ns, w->dns->spacing_ns);
	count(w, o, DNS_FIELD_WRITES);
	board_store(w->board, o->row, DNS_FIELD_LAST_WRITE, (uint64_t)clock_boot_ns());
	o->reload_due = o->target != NULL && o->target->reload != NULL;
	o->reload_not_before_ns = w->now_ns;
	if (w->alive != NULL) /* thousands of zones are thousands of fsyncs */
		w->alive(w->owner);
}

void
writer_reload(const struct writer *w, struct output *o)
{
	int err = run(w, o, "reload", o->target->reload, o->file.path);

	o->reload_due = err != 0;
	o->reload_not_before_ns = w->now_ns + pause_after(err);
}

void
writer_report(const struct writer *w, const struct output *o)
{
	struct zone_counts c = zone_text_counts(o->text == NULL ? "" : o->text);

	board_store(w->board, o->row, DNS_FIELD_RECORDS, c.records);
	board_store(w->board, o->row, DNS_FIELD_WITHDRAWN, c.withdrawn);
	board_store(w->board, o->row, DNS_FIELD_FAIL_OPEN, c.fail_open);
	board_store(w->board, o->row, DNS_FIELD_FROZEN, o->frozen);
	board_store(w->board, o->row, DNS_FIELD_LAST_CHECK, (uint64_t)clock_boot_ns());
}
