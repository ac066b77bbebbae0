/* SPDX-License-Identifier: BSD-2-Clause */
#include "places.h"

#include <string.h>

#include <edge/log.h>

#include "layout.h"
#include "table.h"

static int
add_place(struct table *t, const struct km_addr *addr, uint16_t port, uint8_t proto,
    uint32_t row)
{
	struct km_place place = {.addr = *addr};
	int err = table_add(t, &place, KM_ANY);

	place.port = port;
	place.proto = proto;
	return err == 0 ? table_add(t, &place, row) : err;
}

static int
vips_of(const struct object *o, const bool *gone, struct table *t)
{
	int err = 0;

	for (unsigned r = 1; err == 0 && r < KM_LISTENERS; r++) {
		const struct km_listener *l = &o->listeners[r];

		if (l->row != KM_ROW_FREE && !gone[r])
			err = add_place(t, &l->addr, l->port, l->proto, r);
	}
	return err;
}

static int
members_of(const struct object *o, const bool *gone, struct table *t)
{
	int err = 0;

	for (unsigned r = 1; err == 0 && r < KM_ENDPOINTS; r++) {
		const struct km_endpoint *e = &o->endpoints[r];

		if (e->id != 0 && !gone[r])
			err = add_place(t, &e->addr, e->port, e->proto, r);
	}
	return err;
}

typedef int rows_fn(const struct object *o, const bool *gone, struct table *t);

/* What the path remembers of places is void; the changes before come first. */
static void
changed(const struct object *o)
{
	uint32_t next = o->settings->places + 1;

	__atomic_store_n(&o->settings->places, next == 0 ? 1 : next, __ATOMIC_RELEASE);
}

static uint64_t
vip_bits(const struct table *t)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < t->n; i++) {
		struct km_place place;

		memcpy(&place, t->keys + i * t->key_size, sizeof place);
		bits |= km_vip_bit(&place.addr);
	}
	return bits;
}

static void
follow(const struct object *o, enum kernel_map map, const bool *gone, rows_fn *rows_of)
{
	int fd = o->map[map], err;
	struct table t;

	table_init(&t, sizeof(struct km_place));
	err = rows_of(o, gone, &t);
	if (err == 0 && map == KERNEL_MAP_VIPS)
		__atomic_fetch_or(&o->settings->vip_bits, vip_bits(&t), __ATOMIC_RELEASE);
	if (err == 0)
		err = table_write(&t, fd);
	if (err == 0)
		err = table_keep_only(&t, fd);
	changed(o);
	/* The maps have room for all rows, made beforehand: only our own memory can fail.
	 */
	if (err != 0)
		log_error("kernel engine: %s: %s", layout_names[map], strerror(-err));
	table_fini(&t);
}

void
places_vips(const struct object *o, const bool gone[KM_LISTENERS])
{
	follow(o, KERNEL_MAP_VIPS, gone, vips_of);
}

void
places_members(const struct object *o, const bool gone[KM_ENDPOINTS])
{
	follow(o, KERNEL_MAP_MEMBERS, gone, members_of);
}
