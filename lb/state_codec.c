/* SPDX-License-Identifier: BSD-2-Clause */
#include "state_codec.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <edge/base.h>

#define MAGIC       UINT64_C(0x6574617473626c65) /* "elbstate" */
#define HEAD        16
#define RECORD_HEAD 8

/* --- octets ------------------------------------------------------------------------- */

static void
write_octets(struct codec *c, const void *octets, size_t n)
{
	if (c->failed || n == 0)
		return;
	if (c->n + n > c->capacity) {
		size_t capacity = c->capacity == 0 ? 1 << 16 : 2 * c->capacity;
		uint8_t *bigger;

		while (capacity < c->n + n)
			capacity *= 2;
		bigger = capacity > STATE_MAX ? NULL : realloc(c->octets, capacity);
		if (bigger == NULL) {
			c->failed = true;
			return;
		}
		c->octets = bigger;
		c->capacity = capacity;
	}
	memcpy(c->octets + c->n, octets, n);
	c->n += n;
}

static void
read_octets(struct codec *c, void *octets, size_t n)
{
	if (c->failed || n > c->end - c->at) {
		c->failed = true;
		memset(octets, 0, n);
		return;
	}
	memcpy(octets, c->octets + c->at, n);
	c->at += n;
}

static void
pass(struct codec *c, void *octets, size_t n)
{
	if (c->reading)
		read_octets(c, octets, n);
	else
		write_octets(c, octets, n);
}

/* --- head and records ----------------------------------------------------------------
 */

void
codec_write(struct codec *c)
{
	uint64_t magic = MAGIC;
	uint32_t none = 0;

	*c = (struct codec){.version = state_version};
	codec_u64(c, &magic);
	codec_u32(c, &c->version);
	codec_u32(c, &none);
}

int
codec_read(struct codec *c, const uint8_t *octets, size_t n)
{
	uint64_t magic;
	uint32_t none;

	/* Never written to: reading only ever copies out of it. */
	*c = (struct codec){.reading = true, .octets = (uint8_t *)(uintptr_t)octets};
	if (n < HEAD || n > STATE_MAX)
		return -EPROTO;
	c->n = n;
	c->end = HEAD;
	codec_u64(c, &magic);
	codec_u32(c, &c->version);
	codec_u32(c, &none);
	if (magic != MAGIC || none != 0)
		return -EPROTO;
	if (c->version < STATE_VERSION_OLDEST || c->version > state_version)
		return -EPROTONOSUPPORT;
	return 0;
}

void
codec_fini(struct codec *c)
{
	if (!c->reading)
		free(c->octets);
	*c = (struct codec){.failed = true};
}

void
codec_begin(struct codec *c, uint16_t type)
{
	uint16_t none = 0;
	uint32_t length = 0;

	assert(!c->reading && c->record == 0);
	codec_u16(c, &type);
	codec_u16(c, &none);
	codec_u32(c, &length);
	c->record = c->n;
}

void
codec_end(struct codec *c)
{
	uint32_t length = (uint32_t)(c->n - c->record);

	assert(!c->reading && (c->failed || c->record != 0));
	if (!c->failed)
		memcpy(c->octets + c->record - sizeof length, &length, sizeof length);
	c->record = 0;
}

bool
codec_next(struct codec *c, uint16_t *ret_type)
{
	uint16_t none;
	uint32_t length;

	assert(c->reading);
	if (c->failed || c->at == c->n)
		return false;
	if (c->n - c->at < RECORD_HEAD) {
		c->failed = true;
		return false;
	}
	c->end = c->at + RECORD_HEAD;
	codec_u16(c, ret_type);
	codec_u16(c, &none);
	codec_u32(c, &length);
	if (none != 0 || length > c->n - c->at) {
		c->failed = true;
		return false;
	}
	c->end = c->at + length;
	return true;
}

bool
codec_finished(struct codec *c)
{
	if (c->at != c->end)
		c->failed = true;
	return !c->failed;
}

/* --- fields ------------------------------------------------------------------------- */

void
codec_u8(struct codec *c, uint8_t *v)
{
	pass(c, v, sizeof *v);
}

void
codec_u16(struct codec *c, uint16_t *v)
{
	pass(c, v, sizeof *v);
}

void
codec_u32(struct codec *c, uint32_t *v)
{
	pass(c, v, sizeof *v);
}

void
codec_u64(struct codec *c, uint64_t *v)
{
	pass(c, v, sizeof *v);
}

void
codec_i32(struct codec *c, int32_t *v)
{
	pass(c, v, sizeof *v);
}

void
codec_i64(struct codec *c, int64_t *v)
{
	pass(c, v, sizeof *v);
}

void
codec_below(struct codec *c, uint8_t *v, unsigned count)
{
	codec_u8(c, v);
	if (*v < count)
		return;
	c->failed = true;
	*v = 0;
}

void
codec_bool(struct codec *c, bool *v)
{
	uint8_t u = c->reading ? 0 : *v;

	codec_below(c, &u, 2);
	*v = u != 0;
}

void
codec_addr(struct codec *c, struct addr *v)
{
	static const uint8_t none[sizeof v->bytes];

	codec_u8(c, &v->family);
	pass(c, v->bytes, sizeof v->bytes);
	if ((v->family == AF_INET && memcmp(v->bytes + 4, none, sizeof none - 4) == 0) ||
	    v->family == AF_INET6)
		return;
	c->failed = true;
	*v = (struct addr){.family = AF_INET};
}

void
codec_octets(struct codec *c, const uint8_t **v, uint32_t *n, uint32_t maximum)
{
	codec_u32(c, n);
	if (!c->reading) {
		assert(*n <= maximum);
		write_octets(c, *v, *n);
		return;
	}
	*v = NULL;
	if (c->failed || *n > maximum || *n > c->end - c->at) {
		c->failed = true;
		*n = 0;
		return;
	}
	*v = c->octets + c->at;
	c->at += *n;
}

void
codec_text(struct codec *c, char *v, size_t size)
{
	const uint8_t *octets = (const uint8_t *)v;
	uint32_t n = c->reading ? 0 : (uint32_t)strlen(v);

	codec_octets(c, &octets, &n, (uint32_t)size - 1);
	if (!c->reading)
		return;
	if (n > 0)
		memcpy(v, octets, n);
	v[n] = '\0';
	if (strlen(v) != n)
		c->failed = true;
}
