/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_STATE_CODEC_H
#define LB_STATE_CODEC_H

/*
 * state_codec - octets of the state that one program hands to the next: a head, then
 * records of type, length and value.
 *
 *   head     magic 8 | version 4 | 0 4
 *   record   type 2 | 0 2 | length 4 | value
 *
 * Both directions are one: a field function writes its value or reads it, as the codec
 * was made, so that each record is described in one place (state_records.c) and cannot
 * be read otherwise than it was written.  Numbers are the machine's own: the two
 * programs run on the same kernel.
 *
 * What is read is not believed: every field is bounded by its record, every record by
 * the whole, and the first thing that is wrong makes the codec fail for good.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/addr.h>

/* A field that is added to a record raises this; readers ask codec.version for it. */
extern const uint32_t state_version;
#define STATE_VERSION_OLDEST 1 /* that we still read */

#define STATE_MAX ((size_t)1 << 30)

struct codec {
	bool reading, failed;
	uint32_t version;
	uint8_t *octets; /* writing: ours.  Reading: borrowed, never changed */
	size_t n;        /* octets in all */
	size_t capacity; /* writing */
	size_t at;       /* reading: the next octet */
	size_t end;      /* reading: of the record */
	size_t record;   /* writing: where its value begins */
};

void codec_write(struct codec *c);
/* 0; -EPROTO when these octets are no state; -EPROTONOSUPPORT when it is one of a version
 * that we do not read, which is then in @c. */
int codec_read(struct codec *c, const uint8_t *octets, size_t n);
/* Frees what a writer holds. */
void codec_fini(struct codec *c);

/* A writer's record. */
void codec_begin(struct codec *c, uint16_t type);
void codec_end(struct codec *c);
/* A reader's: false at the end of all, or when the codec failed. */
bool codec_next(struct codec *c, uint16_t *ret_type);
/* True when the record was read exactly to its end; else the codec fails. */
bool codec_finished(struct codec *c);

void codec_u8(struct codec *c, uint8_t *v);
void codec_u16(struct codec *c, uint16_t *v);
void codec_u32(struct codec *c, uint32_t *v);
void codec_u64(struct codec *c, uint64_t *v);
void codec_i32(struct codec *c, int32_t *v);
void codec_i64(struct codec *c, int64_t *v);
void codec_bool(struct codec *c, bool *v);
/* A number below @count. */
void codec_below(struct codec *c, uint8_t *v, unsigned count);
void codec_addr(struct codec *c, struct addr *v);
/* A text of at most @size - 1 octets. */
void codec_text(struct codec *c, char *v, size_t size);
/* At most @maximum octets; a reader points into what it reads. */
void codec_octets(struct codec *c, const uint8_t **v, uint32_t *n, uint32_t maximum);

#endif
