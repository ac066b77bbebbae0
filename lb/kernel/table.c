/* SPDX-License-Identifier: BSD-2-Clause */
#include "table.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64

void
table_init(struct table *t, size_t key_size)
{
	*t = (struct table){.key_size = key_size};
}

void
table_fini(struct table *t)
{
	free(t->keys);
	free(t->values);
	table_init(t, t->key_size);
}

static int
grow(struct table *t)
{
	size_t room = t->room == 0 ? ROOM_FIRST : 2 * t->room;
	uint8_t *keys = realloc(t->keys, room * t->key_size);
	uint32_t *values;

	if (keys == NULL)
		return -ENOMEM;
	t->keys = keys;
	values = realloc(t->values, room * sizeof *values);
	if (values == NULL)
		return -ENOMEM;
	t->values = values;
	t->room = room;
	return 0;
}

/* Where @key is, or would be. */
static size_t
find(const struct table *t, const void *key, int *ret_cmp)
{
	size_t low = 0, high = t->n;

	*ret_cmp = 1;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int cmp = memcmp(t->keys + mid * t->key_size, key, t->key_size);

		if (cmp == 0) {
			*ret_cmp = 0;
			return mid;
		}
		if (cmp < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

int
table_add(struct table *t, const void *key, uint32_t value)
{
	int cmp;
	size_t at = find(t, key, &cmp);

	if (cmp == 0) {
		t->values[at] = value;
		return 0;
	}
	if (t->n == t->room && grow(t) != 0)
		return -ENOMEM;
	memmove(t->keys + (at + 1) * t->key_size, t->keys + at * t->key_size,
	    (t->n - at) * t->key_size);
	memmove(&t->values[at + 1], &t->values[at], (t->n - at) * sizeof t->values[0]);
	memcpy(t->keys + at * t->key_size, key, t->key_size);
	t->values[at] = value;
	t->n++;
	return 0;
}

int
table_write(const struct table *t, int fd)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < t->n; i++)
		if (bpf_map_update_elem(
			fd, t->keys + i * t->key_size, &t->values[i], BPF_ANY) != 0)
			err = -errno;
	return err;
}

/* The keys of the map that @t has not, into @ret. */
static int
collect_others(const struct table *t, int fd, struct table *ret)
{
	uint8_t *key = malloc(t->key_size);
	const uint8_t *before = NULL;
	int err = key == NULL ? -ENOMEM : 0, cmp;

	/* Nobody else changes the map, so the walk ends. */
	while (err == 0 && bpf_map_get_next_key(fd, before, key) == 0) {
		find(t, key, &cmp);
		if (cmp != 0)
			err = table_add(ret, key, 0);
		before = key;
	}
	free(key);
	return err;
}

int
table_read(struct table *t, int fd)
{
	return collect_others(t, fd, t);
}

int
table_keep_only(const struct table *t, int fd)
{
	struct table others;
	int err;

	table_init(&others, t->key_size);
	err = collect_others(t, fd, &others);
	for (size_t i = 0; i < others.n; i++)
		if (bpf_map_delete_elem(fd, others.keys + i * t->key_size) != 0)
			err = -errno;
	table_fini(&others);
	return err;
}
