/* SPDX-License-Identifier: BSD-2-Clause */
#include "rings.h"

#include <stdlib.h>
#include <string.h>

#include "pick.h"

_Static_assert(KM_SLOTS == PICK_RING, "a ring is a ring");
_Static_assert(KM_CHOICES == MODEL_MEMBERS_MAX, "a position for each member");
_Static_assert(KM_SLOT_NONE == UINT8_MAX, "an empty ring is one of 0xff");

#define ROW_EMPTY 0
#define ROW_NONE  KM_RINGS

/* --- shapes --------------------------------------------------------------------------
 */

void
rings_shape(
    const struct kernel_listener *l, const uint8_t *position, struct ring_shape *ret)
{
	bool backups = true;

	memset(ret, 0, sizeof *ret); /* shapes are compared by their octets */
	for (size_t i = 0; i < l->n_choices; i++)
		if (l->choices[i].use == KM_USE_NEW && !l->choices[i].backup)
			backups = false;
	for (size_t i = 0; i < l->n_choices; i++) {
		const struct kernel_choice *c = &l->choices[i];

		if (c->use != KM_USE_NEW || c->backup != backups)
			continue;
		ret->id[position[i]] = c->member_id;
		ret->weight[position[i]] = c->weight * c->share;
	}
}

static void
shape_in_health(
    const struct kernel_listener *l, const uint8_t *position, struct ring_shape *ret)
{
	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < l->n_choices; i++) {
		if (l->choices[i].backup)
			continue;
		ret->id[position[i]] = l->choices[i].member_id;
		ret->weight[position[i]] = l->choices[i].weight;
	}
}

size_t
rings_count(const struct kernel_wanted *w, const struct rows_plan *p)
{
	struct ring_shape *shapes = calloc(w->n_listeners + 1, sizeof *shapes);
	size_t n = 0;

	if (shapes == NULL)
		return 0; /* whatever it is: too many of them are served, less evenly */
	for (size_t i = 0; i < w->n_listeners; i++) {
		size_t b = 0;

		shape_in_health(&w->listeners[i], p->at[i].position, &shapes[n]);
		while (b < n && memcmp(&shapes[b], &shapes[n], sizeof shapes[n]) != 0)
			b++;
		n += b == n;
	}
	free(shapes);
	return n;
}

static bool
shape_is_empty(const struct ring_shape *s)
{
	for (int k = 0; k < KM_CHOICES; k++)
		if (s->weight[k] != 0)
			return false;
	return true;
}

/* --- rows ----------------------------------------------------------------------------
 */

static void
note_used(struct rings *r, const struct km_listener *listeners, int64_t now_ns)
{
	bool used[KM_RINGS] = {false};

	for (unsigned i = 1; i < KM_LISTENERS; i++)
		if (listeners[i].row != KM_ROW_FREE && listeners[i].ring < KM_RINGS)
			used[listeners[i].ring] = true;
	for (unsigned i = 1; i < KM_RINGS; i++) {
		if (r->row[i].used && !used[i])
			r->row[i].left_ns = now_ns;
		r->row[i].used = used[i];
	}
}

void
rings_init(struct rings *r, struct km_ring *map, const struct km_listener *listeners,
    bool found, int64_t now_ns)
{
	memset(r, 0, sizeof *r);
	r->map = map;
	memset(map[ROW_EMPTY].slot, KM_SLOT_NONE, KM_SLOTS);
	r->row[ROW_EMPTY].known = true;
	for (unsigned i = 1; i < KM_RINGS; i++)
		r->row[i].left_ns = found ? now_ns : now_ns - RINGS_REST_NS;
	note_used(r, listeners, now_ns);
}

static bool
row_is(const struct ring_row *row, const struct ring_shape *s)
{
	return row->known && memcmp(&row->shape, s, sizeof *s) == 0;
}

/* @now: the row the listener has, which mostly is the one it wants. */
static unsigned
row_of_shape(const struct rings *r, const struct ring_shape *s, unsigned now)
{
	if (shape_is_empty(s))
		return ROW_EMPTY;
	if (now < KM_RINGS && row_is(&r->row[now], s))
		return now;
	for (unsigned i = 1; i < KM_RINGS; i++)
		if (row_is(&r->row[i], s))
			return i;
	return ROW_NONE;
}

/* A row that may be written; or when the first of them may be. */
static unsigned
row_to_write(const struct rings *r, int64_t now_ns, int64_t *ret_due_ns)
{
	unsigned best = ROW_NONE;

	*ret_due_ns = INT64_MAX;
	for (unsigned i = 1; i < KM_RINGS; i++) {
		const struct ring_row *row = &r->row[i];

		if (row->used)
			continue;
		if (row->left_ns + RINGS_REST_NS < *ret_due_ns)
			*ret_due_ns = row->left_ns + RINGS_REST_NS;
		/* The one that was left longest ago: its shape is the least likely to
		 * be wanted again. */
		if (best == ROW_NONE || row->left_ns < r->row[best].left_ns)
			best = i;
	}
	return best != ROW_NONE && r->row[best].left_ns + RINGS_REST_NS <= now_ns
		   ? best
		   : ROW_NONE;
}

static void
build(struct rings *r, unsigned row, const struct ring_shape *s, int64_t now_ns)
{
	r->row[row].known = true;
	r->row[row].shape = *s;
	r->row[row].left_ns = now_ns;
	pick_ring_build(r->map[row].slot, s->id, s->weight, KM_CHOICES);
}

static void
turn_to(struct rings *r, struct ring_want *w, unsigned row)
{
	r->row[row].used = true;
	/* What was written into the ring is seen by whoever sees its number. */
	__atomic_store_n(&w->listener->ring, row, __ATOMIC_RELEASE);
}

/* The same members at the same positions, as far as they are on both. */
static bool
is_alike(const struct ring_shape *a, const struct ring_shape *b)
{
	bool common = false;

	for (int k = 0; k < KM_CHOICES; k++) {
		if (a->id[k] == 0 || b->id[k] == 0)
			continue;
		if (a->id[k] != b->id[k])
			return false;
		common = true;
	}
	return common;
}

/* One that has no ring yet picks by that of a listener with the same members: without
 * any, all would go to the first of them. */
static void
borrow(struct rings *r, const struct ring_want *wants, size_t n, struct ring_want *w)
{
	if (w->listener->ring != ROW_EMPTY)
		return;
	for (size_t i = 0; i < n; i++) {
		unsigned row = wants[i].listener->ring;

		if (row == ROW_EMPTY || row >= KM_RINGS ||
		    !is_alike(&wants[i].shape, &w->shape))
			continue;
		turn_to(r, w, row);
		return;
	}
}

int64_t
rings_turn(struct rings *r, const struct km_listener *listeners, struct ring_want *wants,
    size_t n, int64_t now_ns)
{
	int64_t due_ns = INT64_MAX, rest_ns;
	bool built = false;

	note_used(r, listeners, now_ns);
	for (size_t i = 0; i < n; i++) {
		unsigned row = row_of_shape(r, &wants[i].shape, wants[i].listener->ring);

		if (row == ROW_NONE && !built) {
			row = row_to_write(r, now_ns, &rest_ns);
			if (row == ROW_NONE) {
				due_ns = rest_ns < due_ns ? rest_ns : due_ns;
				borrow(r, wants, n, &wants[i]);
				continue;
			}
			build(r, row, &wants[i].shape, now_ns);
			built = true;
		}
		if (row == ROW_NONE) {
			due_ns = now_ns;
			borrow(r, wants, n, &wants[i]);
		} else if (wants[i].listener->ring != row) {
			turn_to(r, &wants[i], row);
		}
	}
	note_used(r, listeners, now_ns);
	return due_ns;
}
