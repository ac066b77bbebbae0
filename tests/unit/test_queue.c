/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdlib.h>

#include <edge/clock.h>

#include "queue.h"
#include "rate.h"

static void
first_come_first_served(void **state)
{
	struct queue q;
	struct queue_entry e[3];

	(void)state;
	queue_init(&q);
	assert_null(queue_first(&q));
	for (int i = 0; i < 3; i++) {
		queue_entry_init(&e[i]);
		queue_leave(&q, &e[i]); /* waits for nothing: harmless */
		queue_enter(&q, &e[i], i);
	}
	assert_int_equal(q.n, 3);
	queue_leave(&q, &e[0]);
	queue_leave(&q, &e[0]);
	assert_ptr_equal(queue_first(&q), &e[1]);
	queue_leave(&q, &e[2]);
	assert_ptr_equal(queue_first(&q), &e[1]);
	assert_int_equal(q.n, 1);
}

static void
it_is_bounded_in_number(void **state)
{
	struct queue_limits limits = {.n = 16, .wait_ns = 100 * NS_PER_S};
	struct queue q;
	struct queue_entry e[16];

	(void)state;
	queue_init(&q);
	for (int i = 0; i < 16; i++) {
		assert_false(queue_is_full(&q, &limits, NS_PER_MS, 0));
		queue_entry_init(&e[i]);
		queue_enter(&q, &e[i], 0);
	}
	assert_true(queue_is_full(&q, &limits, NS_PER_MS, 0));
	/* Full until an eighth is free. */
	queue_leave(&q, &e[0]);
	queue_leave(&q, &e[1]);
	assert_true(queue_is_full(&q, &limits, NS_PER_MS, 0));
	queue_leave(&q, &e[2]);
	assert_false(queue_is_full(&q, &limits, NS_PER_MS, 0));
}

static void
it_is_bounded_in_time(void **state)
{
	struct queue_limits limits = {.n = 1000, .wait_ns = 10 * NS_PER_S};
	struct queue q;
	struct queue_entry e[5];

	(void)state;
	queue_init(&q);
	for (int i = 0; i < 5; i++) {
		queue_entry_init(&e[i]);
		queue_enter(&q, &e[i], 0);
	}
	/* Five turns of 2 s are 10 s; of 1 s they are not, unless the first has waited as
	 * long already. */
	assert_true(queue_is_full(&q, &limits, 2 * NS_PER_S, 0));
	q.full = false;
	assert_false(queue_is_full(&q, &limits, NS_PER_S, 9 * NS_PER_S));
	assert_true(queue_is_full(&q, &limits, NS_PER_S, 10 * NS_PER_S));
}

static void
one_may_always_wait(void **state)
{
	struct queue_limits limits = {.n = 1, .wait_ns = NS_PER_S / 10};
	struct queue q;
	struct queue_entry e;

	(void)state;
	queue_init(&q);
	queue_entry_init(&e);
	assert_false(queue_is_full(&q, &limits, NS_PER_S, 0));
	queue_enter(&q, &e, 0);
	assert_true(queue_is_full(&q, &limits, NS_PER_S, 0));
	queue_leave(&q, &e);
	assert_false(queue_is_full(&q, &limits, NS_PER_S, 0));
}

/* --- a storm at scale 1:10, in simulated time ----------------------------------------
 */

#define CLIENTS     1800
#define PER_SECOND  50
#define PATIENCE_NS (30 * NS_PER_S)
#define BACKLOG     400
#define STEP_NS     (2 * NS_PER_MS)

/* A client is away, in the kernel's backlog (or behind it, repeating its SYN), in our
 * queue, or served. */
enum where { AWAY, SYN, IN_BACKLOG, IN_QUEUE, SERVED };

struct client {
	struct queue_entry entry;
	enum where where;
	int64_t at_ns;     /* AWAY: comes; SYN: repeats itself */
	int64_t begun_ns;  /* this attempt */
	int64_t pause_ns;  /* between this SYN and the next */
	int64_t waits_ns;  /* its own, between attempts */
	int64_t served_ns; /* SERVED */
};

struct storm {
	struct client clients[CLIENTS];
	struct client *backlog[BACKLOG];
	size_t n_backlog, n_served, most_waiting, syns_lost;
	struct queue queue;
	_Atomic int64_t word;
	int64_t now_ns;
};

static const struct queue_limits storm_limits = {.n = 1000, .wait_ns = 10 * NS_PER_S};

static void
give_up(struct storm *s, struct client *c)
{
	int64_t wait_ns = 5 * NS_PER_S + rand() % 55001 * NS_PER_MS;

	queue_leave(&s->queue, &c->entry);
	for (size_t i = 0; i < s->n_backlog; i++)
		if (s->backlog[i] == c)
			s->backlog[i] = NULL; /* its end is all that is left there */
	c->where = AWAY;
	c->waits_ns += wait_ns;
	c->at_ns = s->now_ns + wait_ns;
}

static void
send_syn(struct storm *s, struct client *c)
{
	if (s->n_backlog < BACKLOG) {
		s->backlog[s->n_backlog++] = c;
		c->where = IN_BACKLOG;
		return;
	}
	s->syns_lost++;
	c->where = SYN;
	c->at_ns = s->now_ns + c->pause_ns;
	c->pause_ns *= 2;
}

static void
clients_act(struct storm *s)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		struct client *c = &s->clients[i];

		if (c->where == SERVED)
			continue;
		if (c->where == AWAY && c->at_ns <= s->now_ns) {
			c->begun_ns = s->now_ns;
			c->pause_ns = NS_PER_S;
			send_syn(s, c);
		} else if (c->where != AWAY && s->now_ns - c->begun_ns >= PATIENCE_NS) {
			give_up(s, c);
		} else if (c->where == SYN && c->at_ns <= s->now_ns) {
			send_syn(s, c);
		}
	}
}

static void
serve(struct storm *s, const struct rate *r)
{
	struct queue_entry *e;

	while (
	    (e = queue_first(&s->queue)) != NULL && rate_take(r, &s->word, s->now_ns)) {
		struct client *c = container_of(e, struct client, entry);

		queue_leave(&s->queue, e);
		c->where = SERVED;
		c->served_ns = s->now_ns;
		s->n_served++;
	}
}

static void
accept_some(struct storm *s)
{
	size_t taken = 0;

	while (taken < s->n_backlog && !queue_is_full(&s->queue, &storm_limits,
					   NS_PER_S / PER_SECOND, s->now_ns)) {
		struct client *c = s->backlog[taken++];

		if (c == NULL)
			continue;
		c->where = IN_QUEUE;
		queue_enter(&s->queue, &c->entry, s->now_ns);
	}
	for (size_t i = taken; i < s->n_backlog; i++)
		s->backlog[i - taken] = s->backlog[i];
	s->n_backlog -= taken;
	if (s->queue.n > s->most_waiting)
		s->most_waiting = s->queue.n;
}

static void
check_seconds(const struct storm *s, int64_t end_ns)
{
	unsigned *per_step = calloc((size_t)(end_ns / STEP_NS) + 1, sizeof *per_step);
	unsigned in_second = 0;

	assert_non_null(per_step);
	for (size_t i = 0; i < CLIENTS; i++)
		per_step[s->clients[i].served_ns / STEP_NS]++;
	for (int64_t k = 0; k <= end_ns / STEP_NS; k++) {
		in_second += per_step[k];
		if (k >= NS_PER_S / STEP_NS)
			in_second -= per_step[k - NS_PER_S / STEP_NS];
		assert_true(in_second * 100 <= PER_SECOND * 105);
	}
	free(per_step);
}

static void
a_storm_is_served_at_its_rate(void **state)
{
	static struct storm s;
	struct rate r = rate_even(PER_SECOND);

	(void)state;
	srand(1);
	queue_init(&s.queue);
	for (size_t i = 0; i < CLIENTS; i++)
		queue_entry_init(&s.clients[i].entry);
	for (s.now_ns = 0; s.n_served < CLIENTS; s.now_ns += STEP_NS) {
		assert_true(s.now_ns < 300 * NS_PER_S);
		clients_act(&s);
		serve(&s, &r);
		accept_some(&s);
	}
	assert_in_range(s.most_waiting, 400, 500); /* 10 s at 50 a second */
	assert_true(s.syns_lost > 0);
	check_seconds(&s, s.now_ns);
	for (size_t i = 0; i < CLIENTS; i++)
		assert_true((s.clients[i].served_ns - s.clients[i].waits_ns) * 10 <=
			    13 * (NS_PER_S * CLIENTS / PER_SECOND));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_come_first_served),
	    cmocka_unit_test(it_is_bounded_in_number),
	    cmocka_unit_test(it_is_bounded_in_time),
	    cmocka_unit_test(one_may_always_wait),
	    cmocka_unit_test(a_storm_is_served_at_its_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
