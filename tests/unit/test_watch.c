/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The set of watched sockets: who is told what, also when descriptors are used again in
 * the middle of a batch, and when the set is handed on.
 */
#include "unit.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "watch.h"

struct seen {
	struct watch watch;
	unsigned times;
	uint32_t events;
	/* When called: this one closes, and its descriptor is @next's. */
	struct watch_set *set;
	int *other;
	struct seen *next;
};

static void
on_ready(struct watch *watch, uint32_t events)
{
	struct seen *s = container_of(watch, struct seen, watch);
	int fd;

	s->times++;
	s->events |= events;
	if (s->other == NULL)
		return;
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(dup2(fd, *s->other), *s->other);
	close(fd);
	assert_int_equal(watch_set_add(s->set, *s->other, &s->next->watch), 0);
}

static struct seen
seen(void)
{
	return (struct seen){.watch = {on_ready}};
}

static void
pair(int fds[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
}

static void
edges_come_once(void **state)
{
	struct seen s = seen();
	struct watch_set set;
	int fds[2];

	(void)state;
	pair(fds);
	assert_int_equal(watch_set_init(&set, -1, 0), 0);
	assert_int_equal(watch_set_add(&set, fds[0], &s.watch), 0);
	watch_set_look(&set);
	watch_set_look(&set);
	assert_int_equal(s.times, 1);
	assert_int_equal(s.events, EPOLLOUT);
	assert_int_equal(write(fds[1], "x", 1), 1);
	watch_set_look(&set);
	assert_int_equal(s.times, 2);
	close(fds[0]);
	assert_int_equal(send(fds[1], "x", 1, MSG_NOSIGNAL), -1);
	watch_set_look(&set);
	assert_int_equal(s.times, 2);
	close(fds[1]);
	watch_set_fini(&set);
}

/* Both are ready in one batch; whoever is called first closes the other, whose
 * descriptor a new one gets: the event of the old one is nobody's. */
static void
an_event_of_the_past_is_nobodys(void **state)
{
	struct watch_set set;
	struct seen a = seen(), b = seen(), of_a = seen(), of_b = seen();
	int x[2], y[2];

	(void)state;
	pair(x);
	pair(y);
	assert_int_equal(watch_set_init(&set, -1, UINT32_MAX - 1), 0);
	assert_int_equal(watch_set_add(&set, x[0], &a.watch), 0);
	assert_int_equal(watch_set_add(&set, y[0], &b.watch), 0);
	a.set = b.set = &set;
	a.other = &y[0];
	a.next = &of_b;
	b.other = &x[0];
	b.next = &of_a;
	/* The closed ends make both hang up. */
	close(x[1]);
	close(y[1]);
	watch_set_look(&set);
	assert_int_equal(a.times + b.times, 1);
	assert_int_equal(of_a.times + of_b.times, 0);
	watch_set_look(&set);
	assert_int_equal(a.times + b.times, 1);
	assert_int_equal(of_a.times + of_b.times, 1); /* its own first event */
	close(x[0]);
	close(y[0]);
	watch_set_fini(&set);
}

static void
a_set_is_handed_on(void **state)
{
	struct watch_set before, after;
	struct seen past = seen(), now = seen(), next = seen();
	int fds[2];

	(void)state;
	pair(fds);
	assert_int_equal(watch_set_init(&before, -1, 0), 0);
	assert_int_equal(watch_set_add(&before, fds[0], &past.watch), 0);
	watch_set_look(&before);
	/* While nobody looks. */
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(watch_set_init(&after, dup(before.fd), before.number), 0);
	watch_set_fini(&before);
	watch_set_look(&after); /* of one that nobody has taken: lost, but no harm */
	assert_int_equal(watch_set_adopt(&after, fds[0], &now.watch), 0);
	assert_int_equal(write(fds[1], "y", 1), 1);
	watch_set_look(&after);
	watch_set_look(&after);
	assert_int_equal(past.times, 1);
	assert_int_equal(now.times, 1);
	assert_true(now.events & EPOLLIN);
	close(fds[0]);
	close(fds[1]);
	pair(fds);
	assert_int_equal(watch_set_add(&after, fds[0], &next.watch), 0);
	watch_set_look(&after);
	assert_int_equal(next.times, 1);
	assert_int_equal(now.times, 1);
	assert_int_equal(watch_set_adopt(&after, -1, &next.watch), -EMFILE);
	assert_int_equal(
	    watch_set_adopt(&after, (int)after.n_entries, &next.watch), -EMFILE);
	close(fds[0]);
	close(fds[1]);
	watch_set_fini(&after);
}

/* Somebody else has it open still, so the kernel goes on telling of it. */
static void
who_has_closed_is_told_nothing(void **state)
{
	struct seen s = seen(), next = seen();
	struct watch_set set;
	int fds[2], elsewhere;

	(void)state;
	pair(fds);
	assert_int_equal(watch_set_init(&set, -1, 0), 0);
	assert_int_equal(watch_set_add(&set, fds[0], &s.watch), 0);
	elsewhere = dup(fds[0]);
	watch_set_forget(&set, fds[0]);
	close(fds[0]);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(watch_set_look(&set), 1);
	assert_int_equal(s.times, 0);
	/* Nor is the next one with its descriptor told of it. */
	close(fds[1]);
	pair(fds);
	assert_int_equal(watch_set_add(&set, fds[0], &next.watch), 0);
	assert_int_equal(watch_set_look(&set), 2);
	assert_int_equal(s.times, 0);
	assert_int_equal(next.times, 1);
	assert_int_equal(next.events, EPOLLOUT);
	watch_set_forget(&set, -1);
	watch_set_forget(&set, (int)set.n_entries);
	close(elsewhere);
	close(fds[0]);
	close(fds[1]);
	watch_set_fini(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(edges_come_once),
	    cmocka_unit_test(an_event_of_the_past_is_nobodys),
	    cmocka_unit_test(a_set_is_handed_on),
	    cmocka_unit_test(who_has_closed_is_told_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
