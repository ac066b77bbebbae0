/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * course - one endpoint's life in simulated time: when it is probed, in which order
 * outcomes count, and within what time a death is known.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include <edge/clock.h>

#include "bound.h"
#include "course_world.h"

#define MS NS_PER_MS

static const struct health_conf conf = {.interval_ns = 2000 * MS,
    .fast_ns = 300 * MS,
    .down_ns = 2000 * MS,
    .timeout_ns = 3000 * MS,
    .connect_timeout_ns = 1500 * MS,
    .hold_ns = 300 * MS,
    .rise = 2,
    .fall = 3,
    .hard_fall = 2,
    .confirm_ns = 100 * MS,
    .forget_ns = 60000 * MS,
    .turn_interval_ns = 1000 * MS,
    .jitter = 0.1,
    .flap_damping = true,
    .flap_hold_ns = 10000 * MS,
    .flap_hold_max_ns = 300000 * MS};

/* What the member does, probe by probe: a letter each, the last one for ever.
 *   o ok at once   O ok after 2.9 s   t silent for 1.5 s   h hung for 3 s
 *   r refused      L a fault of our own */
struct script {
	const char *next;
	int64_t began[64];
	size_t n_began, n_counted;
	int64_t up_at, down_at; /* when it last became that */
	struct rise_fall_proof proof;
};

static struct world_answer
letter(char c)
{
	switch (c) {
	case 'O':
		return (struct world_answer){2900 * MS, true, REASON_OK};
	case 't':
		return (struct world_answer){1500 * MS, false, REASON_CONNECT_TIMEOUT};
	case 'h':
		return (struct world_answer){3000 * MS, false, REASON_TLS_TIMEOUT};
	case 'r':
		return (struct world_answer){0, false, REASON_CONNECT_REFUSED};
	case 'L':
		return (struct world_answer){0, false, REASON_LOCAL};
	}
	return (struct world_answer){0, true, REASON_OK};
}

static struct world_answer
scripted(struct world *w, int64_t now)
{
	struct script *s = w->owner;
	char c = *s->next;

	if (s->n_began < countof(s->began))
		s->began[s->n_began++] = now;
	if (s->next[1] != '\0')
		s->next++;
	return letter(c);
}

static void
noted(struct world *w, enum rise_fall_change change)
{
	struct script *s = w->owner;

	s->n_counted++;
	if (change == RISE_FALL_UP)
		s->up_at = w->now;
	if (change != RISE_FALL_DOWN)
		return;
	s->down_at = w->now;
	s->proof = w->course.history.proof;
}

static void
begin_world(struct world *w, struct script *s, const char *letters,
    const struct health_conf *c, uint64_t id)
{
	memset(w, 0, sizeof *w);
	memset(s, 0, sizeof *s);
	s->next = letters;
	s->up_at = s->down_at = -1;
	w->owner = s;
	w->member = scripted;
	w->counted = noted;
	course_init(&w->course, id, c);
	course_start(&w->course, 0);
}

/* Up and steady, its next probes as @letters. */
static void
begin_up(struct world *w, struct script *s, const char *letters,
    const struct health_conf *c, uint64_t id)
{
	begin_world(w, s, "o", c, id);
	world_live(w, 20000 * MS);
	assert_int_equal(w->course.history.health, HEALTH_UP);
	s->next = letters;
	s->n_began = 0;
}

static void
confirmation_does_not_wait(void **state)
{
	struct world w;
	struct script s;

	(void)state;
	begin_up(&w, &s, "h", &conf, 1);
	world_live(&w, 40000 * MS);
	/* The first, then two more 100 ms apart although each takes 3 s. */
	assert_int_equal(s.began[1], s.began[0] + 3100 * MS);
	assert_int_equal(s.began[2], s.began[0] + 3200 * MS);
	assert_int_equal(s.down_at, s.began[0] + 6200 * MS);
	assert_int_equal(s.proof.count, 3);
	assert_int_equal(s.proof.needed, 3);
	assert_int_equal(s.proof.over_ns, 0);
	/* The first after a change is fast, then it is down at its own pace. */
	assert_int_equal(s.began[3], s.down_at);
	assert_true(s.began[4] - s.began[3] >= 3000 * MS);
}

static void
refusals_need_fewer(void **state)
{
	struct world w;
	struct script s;

	(void)state;
	begin_up(&w, &s, "r", &conf, 2);
	world_live(&w, 22500 * MS);
	assert_int_equal(s.began[1], s.began[0] + 100 * MS);
	assert_int_equal(s.down_at, s.began[1]);
	assert_int_equal(s.proof.count, 2);
	assert_int_equal(s.proof.needed, 2);
	assert_in_range(s.began[2] - s.began[1], 285 * MS, 315 * MS); /* after a change */
}

static void
a_success_ends_what_is_older(void **state)
{
	struct world w;
	struct script s;

	(void)state;
	begin_up(&w, &s, "tho", &conf, 3); /* the second would hang until long after */
	world_live(&w, 30000 * MS);
	assert_int_equal(w.ended, 1);
	assert_int_equal(s.down_at, -1);
	assert_int_equal(
	    w.course.history.tally, 1); /* what was ended counts for nothing */
	assert_in_range(s.began[3] - s.began[2], 100 * MS, 2200 * MS);
}

/* Three run: the second has failed, the third succeeds, the first is older than that. */
static void
a_success_ends_no_failure_before_it(void **state)
{
	enum rise_fall_change change;
	unsigned first, second, third, slot;
	struct course c;

	(void)state;
	course_init(&c, 5, &conf);
	c.history.health = HEALTH_UP;
	first = course_begin(&c, 1000);
	second = course_begin(&c, 2000);
	third = course_begin(&c, 3000);
	assert_int_equal(course_began(&c, second), 2000);
	assert_int_equal(course_finish(&c, second, false, REASON_TLS_TIMEOUT, 0), 0);
	assert_false(course_count(&c, 4000, &slot, &change)); /* not its turn */
	assert_int_equal(course_finish(&c, third, true, REASON_OK, 0), 1u << first);
	assert_true(course_count(&c, 5000, &slot, &change));
	assert_int_equal(slot, second);
	assert_int_equal(c.history.tally, 1);
	assert_true(course_count(&c, 5000, &slot, &change));
	assert_int_equal(slot, third);
	assert_int_equal(c.history.run, 1);
	assert_true(c.history.run_ok);
	assert_false(course_count(&c, 5000, &slot, &change));
	assert_int_equal(c.in_flight, 0);
}

/* What runs beside a fault of ours is waited for: nothing is learned by another now. */
static void
a_fault_of_our_own_waits_for_the_others(void **state)
{
	enum rise_fall_change change;
	unsigned first, second, slot;
	struct course c;

	(void)state;
	course_init(&c, 6, &conf);
	c.history.health = HEALTH_UP;
	first = course_begin(&c, 1000);
	second = course_begin(&c, 2000);
	course_finish(&c, first, false, REASON_LOCAL, 0);
	assert_true(course_count(&c, 3000, &slot, &change));
	assert_false(course_count(&c, 3000, &slot, &change));
	assert_int_equal(c.due, COURSE_NEVER);
	course_probe_now(&c, 3000); /* it looks already */
	assert_int_equal(c.due, COURSE_NEVER);
	course_finish(&c, second, false, REASON_LOCAL, 0);
	assert_true(course_count(&c, 4000, &slot, &change));
	assert_false(course_count(&c, 4000, &slot, &change));
	assert_true(c.due != COURSE_NEVER);
	assert_int_equal(c.history.tally, 0);
}

static void
what_began_later_counts_later(void **state)
{
	struct world w;
	struct script s;

	(void)state;
	/* The second takes 2.9 s and is good; the third, refused at once, began later: it
	 * is the first failure of a new row. */
	begin_up(&w, &s, "tOro", &conf, 4);
	world_live(&w, 27000 * MS);
	assert_int_equal(s.down_at, -1);
	assert_int_equal(w.course.history.tally, 2);
	assert_int_equal(w.ended, 0);
	/* What follows is the confirmation of that new row. */
	assert_int_equal(s.began[3], s.began[1] + 2900 * MS + 100 * MS);
}

static void
rise_is_confirmed_fast(void **state)
{
	struct world w;
	struct script s;

	(void)state;
	begin_up(&w, &s, "rr", &conf, 5);
	world_live(&w, 40000 * MS);
	assert_int_equal(w.course.history.health, HEALTH_DOWN);
	s.next = "o";
	s.n_began = 0;
	world_live(&w, 45000 * MS);
	assert_int_equal(s.up_at, s.began[1]);
	assert_in_range(s.began[1] - s.began[0], 285 * MS, 315 * MS);
	assert_in_range(s.began[2] - s.began[1], 285 * MS, 315 * MS); /* after a change */
}

static void
faults_of_our_own_change_nothing(void **state)
{
	struct world w;
	struct script s;

	(void)state;
	begin_up(&w, &s, "L", &conf, 6);
	world_live(&w, 40000 * MS);
	assert_int_equal(w.course.history.health, HEALTH_UP);
	assert_int_equal(w.course.history.tally, 0);
	assert_in_range(s.began[9] - s.began[8], 285 * MS, 315 * MS);
	/* Nor while a failure is being confirmed. */
	begin_up(&w, &s, "tLLLLo", &conf, 6);
	world_live(&w, 40000 * MS);
	assert_int_equal(s.down_at, -1);
	assert_int_equal(w.course.history.tally, 1);
	/* And what is confirmed behind them is so by as many as ever. */
	begin_up(&w, &s, "tLLt", &conf, 6);
	world_live(&w, 40000 * MS);
	assert_int_not_equal(s.down_at, -1);
	assert_int_equal(s.proof.count, 3);
}

static void
never_more_at_once_than_allowed(void **state)
{
	struct health_conf many = conf;
	struct world w;
	struct script s;

	(void)state;
	many.fall = many.hard_fall = 12;
	begin_up(&w, &s, "h", &many, 7);
	world_live(&w, 60000 * MS);
	assert_int_equal(w.most_running, COURSE_FLIGHT);
	assert_int_equal(s.proof.count, 12);
	/* 11 confirmations, four at once: 100..400 ms, 3.1 s later, 3 s later again. */
	assert_int_equal(
	    s.down_at, s.began[0] + (3000 + 100 + 3000 + 3000 + 200 + 3000) * MS);
}

static void
evidence_is_looked_at_at_once_but_not_oftener_than_fast(void **state)
{
	struct world w;
	struct script s;

	(void)state;
	begin_up(&w, &s, "o", &conf, 8);
	for (int i = 0; i < 1000; i++) {
		course_suspect(&w.course, w.now);
		world_live(&w, w.now + 1 * MS);
	}
	assert_int_equal(s.began[0], 20000 * MS); /* whenever the last one was */
	assert_in_range(s.n_began, 4, 5);         /* 0, 0.3, 0.6, 0.9; and a steady one */
}

static void
evidence_delays_nothing(void **state)
{
	struct world w;
	struct script s;

	(void)state;
	begin_up(&w, &s, "o", &conf, 8);
	course_suspect(&w.course, w.now);
	world_live(&w, w.now + 1 * MS);
	course_probe_now(&w.course, w.now);
	course_suspect(&w.course, w.now); /* which by itself would have to wait */
	world_live(&w, w.now + 1 * MS);
	assert_int_equal(s.n_began, 2);
	course_look(&w.course, w.now); /* who is patient himself need not */
	world_live(&w, w.now + 1 * MS);
	assert_int_equal(s.n_began, 3);
}

static void
evidence_during_a_probe_asks_for_another(void **state)
{
	struct world w;
	struct script s;

	(void)state;
	begin_up(&w, &s, "Oo", &conf, 9);
	course_probe_now(&w.course, w.now);
	world_live(&w, w.now + 1 * MS);
	assert_int_equal(s.n_began, 1);
	course_suspect(&w.course, w.now);
	world_live(&w, w.now + 4000 * MS);
	assert_int_equal(s.began[1], s.began[0] + 2900 * MS);
}

static void
a_flapping_one_is_held_down(void **state)
{
	struct world w;
	struct script s;
	int64_t held;

	(void)state;
	begin_up(&w, &s, "rrooo", &conf, 10);
	world_live(&w, 25000 * MS);
	assert_false(w.course.flap.flapping);
	assert_int_equal(w.course.history.health, HEALTH_UP);
	s.next = "rro";
	world_live(&w, 30000 * MS);
	assert_true(
	    w.course.flap.flapping); /* the fourth change, upward: nothing to hold */
	assert_int_equal(w.course.flap.holds, 0);
	assert_int_equal(w.course.history.health, HEALTH_UP);
	s.next = "rro";
	world_live(&w, 34000 * MS);
	assert_true(w.course.flap.flapping);
	assert_true(course_is_held(&w.course, w.now));
	assert_int_equal(w.course.flap.holds, 1);
	assert_int_equal(w.course.history.health, HEALTH_DOWN);
	held = w.course.flap.held_until - s.down_at;
	assert_in_range(held, 8000 * MS, 12000 * MS);
	world_live(&w, w.course.flap.held_until);
	assert_int_equal(w.course.history.health, HEALTH_DOWN);
	world_live(&w, w.now + 2200 * MS);
	assert_int_equal(w.course.history.health, HEALTH_UP);
	s.next = "rro";
	world_live(&w, w.now + 4000 * MS);
	assert_int_equal(w.course.flap.holds, 2);
	held = w.course.flap.held_until - s.down_at;
	assert_in_range(held, 16000 * MS, 24000 * MS);
	/* Long after, both are over. */
	world_live(&w, w.now + 400000 * MS);
	assert_false(w.course.flap.flapping);
	assert_int_equal(w.course.flap.holds, 0);
}

static void
who_waits_for_the_operator_stays_out(void **state)
{
	struct health_conf manual = conf;
	struct world w;
	struct script s;

	(void)state;
	manual.manual_resume = true;
	begin_up(&w, &s, "rro", &manual, 11);
	world_live(&w, 600000 * MS);
	assert_int_equal(w.course.history.health, HEALTH_DOWN);
	assert_true(course_is_held(&w.course, w.now));
	assert_true(course_resume(&w.course));
	assert_false(course_resume(&w.course));
	world_live(&w, w.now + 2200 * MS);
	assert_int_equal(w.course.history.health, HEALTH_UP);
}

static void
a_reload_goes_on(void **state)
{
	struct health_conf manual = conf;
	struct course next;
	struct world w;
	struct script s;

	(void)state;
	begin_up(&w, &s, "thh", &conf, 12);
	while (w.running < 2) /* in the midst of a confirmation */
		world_live(&w, w.now + 10 * MS);
	w.course.flap.held_until = 77;
	w.course.awaits_resume = true;
	course_init(&next, 12, &conf);
	course_inherit(&next, &w.course, false);
	assert_int_equal(next.flap.held_until, 77);
	assert_false(next.awaits_resume); /* nobody wants that (any more) */
	course_start(&next, w.now);
	assert_int_equal(next.history.tally, 1);
	assert_int_equal(next.in_flight, 0);
	assert_int_equal(next.due, w.now); /* what was cut off is asked anew */
	manual.manual_resume = true;
	course_init(&next, 12, &manual);
	course_inherit(&next, &w.course, false);
	assert_true(next.awaits_resume);
	/* In peace nothing is asked out of its turn. */
	begin_up(&w, &s, "o", &conf, 12);
	course_init(&next, 12, &conf);
	course_inherit(&next, &w.course, false);
	course_start(&next, w.now);
	assert_true(next.due > w.now);
	assert_false(next.awaits_resume);
	begin_up(&w, &s, "thh", &conf, 12);
	while (w.running < 2)
		world_live(&w, w.now + 10 * MS);
	course_init(&next, 12, &conf);
	course_inherit(&next, &w.course, true);
	assert_int_equal(next.history.tally, 0);
	assert_false(next.history.verified);
	assert_int_equal(next.history.health, HEALTH_UP);
}

/* What a prober that was away finds on the board is believed until it has looked as
 * often as ever. */
static void
what_was_known_is_verified_before_it_changes(void **state)
{
	static const struct {
		const char *sentence, *letters;
		enum health from, to;
		unsigned probes;
	} restarts[] = {
	    {"up and still so", "o", HEALTH_UP, HEALTH_UP, 1},
	    {"down and still so", "h", HEALTH_DOWN, HEALTH_DOWN, 1},
	    {"up, refusing meanwhile", "r", HEALTH_UP, HEALTH_DOWN, 2},
	    {"up, dead meanwhile", "h", HEALTH_UP, HEALTH_DOWN, 3},
	    {"down, well meanwhile", "o", HEALTH_DOWN, HEALTH_UP, 2},
	    {"one good answer does not do", "oh", HEALTH_DOWN, HEALTH_DOWN, 2},
	    {"nor one bad", "ho", HEALTH_UP, HEALTH_UP, 2},
	};

	(void)state;
	for (size_t i = 0; i < countof(restarts); i++) {
		struct state was = {.health = restarts[i].from, .reason = REASON_OK};
		struct world w;
		struct script s;

		print_message("%s\n", restarts[i].sentence);
		begin_world(&w, &s, restarts[i].letters, &conf, 13 + i);
		rise_fall_inherit(&w.course.history, &was, 0);
		while (s.n_counted < restarts[i].probes) {
			assert_int_equal(w.course.history.health, restarts[i].from);
			world_live(&w, w.now + 10 * MS);
			assert_true(w.now < 30000 * MS);
		}
		assert_int_equal(w.course.history.health, restarts[i].to);
		assert_true(w.course.history.verified);
	}
}

/* --- properties ----------------------------------------------------------------------
 */

/* A member that dies at a time. */
struct mortal {
	enum bound_sickness sickness;
	int64_t dies, found;
	const struct health_conf *conf;
	unsigned seed;
	bool udp;
};

static struct world_answer
mortal_answers(struct world *w, int64_t now)
{
	struct mortal *m = w->owner;
	/* Alive it takes up to whatever is allowed. */
	int64_t takes = rand_r(&m->seed) %
			(m->udp ? m->conf->connect_timeout_ns : m->conf->timeout_ns);
	bool was_under_way = now < m->dies;
	int64_t whole = m->udp ? m->conf->connect_timeout_ns : m->conf->timeout_ns;

	if (rand_r(&m->seed) % 4 != 0)
		takes /= 100;
	if (now + takes < m->dies)
		return (struct world_answer){takes, true, REASON_OK};
	switch (m->sickness) {
	case BOUND_REFUSED: /* what was under way is cut off */
		return was_under_way
			   ? (struct world_answer){m->dies - now, false,
				 REASON_CLOSED_EARLY}
			   : (struct world_answer){0, false, REASON_CONNECT_REFUSED};
	case BOUND_SILENT:
		return (struct world_answer){
		    was_under_way ? whole : m->conf->connect_timeout_ns, false,
		    REASON_CONNECT_TIMEOUT};
	case BOUND_HUNG:
	case BOUND_SICKNESSES:
		break;
	}
	return (struct world_answer){whole, false, REASON_TLS_TIMEOUT};
}

static void
note_death(struct world *w, enum rise_fall_change change)
{
	struct mortal *m = w->owner;

	if (change == RISE_FALL_DOWN && m->found < 0)
		m->found = w->now;
}

static struct health_conf
random_conf(unsigned *seed)
{
	struct health_conf c = conf;

	c.interval_ns = (100 + rand_r(seed) % 3000) * MS;
	c.connect_timeout_ns = (100 + rand_r(seed) % 2000) * MS;
	c.timeout_ns = c.connect_timeout_ns + rand_r(seed) % 2000 * MS;
	c.confirm_ns = (10 + rand_r(seed) % 500) * MS;
	c.hold_ns = 0;
	c.fall = 1 + rand_r(seed) % 9;
	c.hard_fall = 1 + rand_r(seed) % c.fall;
	c.jitter = rand_r(seed) % 6 / 10.0;
	c.turn_interval_ns = rand_r(seed) % 3 * 500 * MS;
	return c;
}

static void
a_death_is_known_within_the_bound(void **state)
{
	unsigned seed = 20261120;
	double nearest = 0;

	(void)state;
	for (int i = 0; i < 30000; i++) {
		struct health_conf c = i % 2 ? conf : random_conf(&seed);
		struct mortal m = {.sickness = (enum bound_sickness)(i / 2 % 3),
		    .found = -1,
		    .conf = &c,
		    .seed = (unsigned)i,
		    .udp = i / 6 % 2};
		enum probe kind = m.udp ? PROBE_TURN_UDP : PROBE_SIP;
		int64_t bound = bound_of(m.sickness, kind, &c);
		struct world w = {
		    .owner = &m, .member = mortal_answers, .counted = note_death};

		m.dies = (20000 + rand_r(&seed) % 5000) * MS;
		course_init(&w.course, (uint64_t)i, &c);
		course_start(&w.course, 0);
		if (m.udp && c.turn_interval_ns > 0)
			token_init(&w.tokens, c.turn_interval_ns, RELAY_BURST);
		world_live(&w, m.dies + bound + 1);
		if (m.found < 0 || m.found - m.dies > bound)
			fail_msg("world %d: %s not known within %.3f s", i,
			    m.udp ? "UDP" : "TCP", (double)bound / 1e9);
		if ((double)(m.found - m.dies) / (double)bound > nearest)
			nearest = (double)(m.found - m.dies) / (double)bound;
	}
	print_message("the latest came after %.4f of its bound\n", nearest);
	assert_true(nearest > 0.95); /* the bound is no idle one */
}

static void
the_bounds_of_the_defaults(void **state)
{
	(void)state;
	assert_int_equal(bound_of(BOUND_REFUSED, PROBE_SIP, &conf), 2300 * MS);
	assert_int_equal(bound_of(BOUND_SILENT, PROBE_SIP, &conf), 5400 * MS);
	assert_int_equal(bound_of(BOUND_HUNG, PROBE_SIP, &conf), 8400 * MS);
	/* It may wait for the next hop before the next one begins. */
	assert_int_equal(bound_of(BOUND_HUNG, PROBE_SIP_REGISTER, &conf), 9200 * MS);
	assert_int_equal(bound_of(BOUND_SILENT, PROBE_TURN_UDP, &conf), 5400 * MS);
	assert_int_equal(bound_of(BOUND_HUNG, PROBE_TURN_UDP, &conf), 5400 * MS);
	assert_int_equal(bound_of(BOUND_HUNG, PROBE_TCP, &conf), 0);
	assert_int_equal(bound_ns(PROBE_SIP, &conf), 8400 * MS);
	assert_int_equal(bound_ns(PROBE_TCP, &conf), 5400 * MS);
	assert_int_equal(bound_ns(PROBE_NONE, &conf), 0);
	assert_int_equal(bound_of(BOUND_REFUSED, PROBE_ICMP, &conf), 0);
	assert_int_equal(bound_ns(PROBE_ICMP, &conf), 5400 * MS);
	assert_int_equal(bound_of(BOUND_REFUSED, PROBE_EXEC, &conf), 0);
	assert_int_equal(bound_ns(PROBE_EXEC, &conf), 8400 * MS);
}

/* Five are needed, and three tokens there: the others come back one a second. */
static void
a_bound_knows_of_tokens(void **state)
{
	struct health_conf many = conf;

	(void)state;
	many.fall = 5;
	assert_int_equal(bound_of(BOUND_SILENT, PROBE_SIP, &many), 5600 * MS);
	assert_int_equal(bound_of(BOUND_SILENT, PROBE_TURN_UDP, &many), 9200 * MS);
}

/* A member that answers by lot. */
struct fickle {
	unsigned seed;
	int bad_percent, good, bad, hard;
	enum health health;
	int64_t last_bad;
};

static struct world_answer
fickle_answers(struct world *w, int64_t now)
{
	struct fickle *f = w->owner;
	static const char bad[] = "rth";

	(void)now;
	if (rand_r(&f->seed) % 20 == 0)
		return letter('L');
	if (rand_r(&f->seed) % 100 >= f->bad_percent)
		return letter(rand_r(&f->seed) % 9 == 0 ? 'O' : 'o');
	return letter(bad[rand_r(&f->seed) % 3]);
}

static void
fickle_counted(struct world *w, enum rise_fall_change change)
{
	struct fickle *f = w->owner;
	const struct rise_fall *h = &w->course.history;

	assert_true(h->health == f->health || change != RISE_FALL_SAME);
	assert_int_equal(
	    change == RISE_FALL_UP || change == RISE_FALL_DOWN, h->health != f->health);
	if (w->course.was_local) {
		assert_int_equal(change, RISE_FALL_SAME);
		return;
	}
	if (change == RISE_FALL_UP) {
		assert_true(h->proof.count >= (f->health == HEALTH_UNKNOWN ? 1 : 2));
		assert_false(course_is_held(&w->course, w->now));
	}
	if (change == RISE_FALL_DOWN) {
		assert_true(h->proof.count == h->proof.needed);
		assert_in_range(h->proof.count, 2, 3);
		assert_in_range(h->proof.alike, 1, h->proof.count);
	}
	assert_in_range(w->running, 0, COURSE_FLIGHT);
	f->health = h->health;
}

static void
whatever_comes_it_never_stops_nor_jumps(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		struct fickle f = {.seed = i, .bad_percent = (int)(i % 10) * 11};
		struct world w = {
		    .owner = &f, .member = fickle_answers, .counted = fickle_counted};
		uint64_t begun = 0;

		course_init(&w.course, i, &conf);
		course_start(&w.course, 0);
		for (int k = 0; k < 100; k++) {
			if (rand_r(&f.seed) % 4 == 0)
				course_suspect(&w.course, w.now);
			world_live(&w, w.now + 6000 * MS);
			assert_true(w.begun > begun); /* somebody always looks again */
			begun = w.begun;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(confirmation_does_not_wait),
	    cmocka_unit_test(refusals_need_fewer),
	    cmocka_unit_test(a_success_ends_what_is_older),
	    cmocka_unit_test(a_success_ends_no_failure_before_it),
	    cmocka_unit_test(a_fault_of_our_own_waits_for_the_others),
	    cmocka_unit_test(what_began_later_counts_later),
	    cmocka_unit_test(rise_is_confirmed_fast),
	    cmocka_unit_test(faults_of_our_own_change_nothing),
	    cmocka_unit_test(never_more_at_once_than_allowed),
	    cmocka_unit_test(evidence_is_looked_at_at_once_but_not_oftener_than_fast),
	    cmocka_unit_test(evidence_delays_nothing),
	    cmocka_unit_test(evidence_during_a_probe_asks_for_another),
	    cmocka_unit_test(a_flapping_one_is_held_down),
	    cmocka_unit_test(who_waits_for_the_operator_stays_out),
	    cmocka_unit_test(a_reload_goes_on),
	    cmocka_unit_test(what_was_known_is_verified_before_it_changes),
	    cmocka_unit_test(a_death_is_known_within_the_bound),
	    cmocka_unit_test(the_bounds_of_the_defaults),
	    cmocka_unit_test(a_bound_knows_of_tokens),
	    cmocka_unit_test(whatever_comes_it_never_stops_nor_jumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
