/* SPDX-License-Identifier: BSD-2-Clause */
/* The program is where packets come in, once, and rows know the way: in a network
 * namespace and a BPF file system of the test's own.  As root. */
#include "unit.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <ev.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/clock.h>

#include "kernel/detach.h"
#include "kernel/filters.h"
#include "kernel/follow.h"
#include "kernel/hook.h"
#include "kernel/unhook.h"

#define TCX_INGRESS 46

static const struct object_sizes few = {1024, 1024};

struct lab {
	char mount[64], dir[80];
	struct object object;
	struct follow *follow;
	struct ev_loop *loop;
	ev_timer beat; /* whoever waits looks now and then, whatever happens */
	struct sbuf why;
};

static void
on_beat(EV_P_ ev_timer *timer, int revents)
{
	(void)loop;
	(void)timer;
	(void)revents;
}

static void
run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static unsigned
number(const char *name)
{
	unsigned n = if_nametoindex(name);

	assert_true(n > 0);
	return n;
}

static void
open_object(struct lab *lab)
{
	assert_int_equal(object_open(&lab->object, &few, lab->dir, &lab->why), 0);
}

/* With the other end of its cable, and without the routes that IPv6 makes by itself. */
static void
add_interface(const char *name)
{
	char command[256];

	snprintf(command, sizeof command,
	    "ip link add %s type veth peer name %s-end && ip link set %s addrgenmode "
	    "none "
	    "up "
	    "&& ip link set %s-end addrgenmode none up",
	    name, name, name, name);
	run(command);
}

/* Two Ethernet interfaces with addresses and one without, and something that is none. */
static int
begin(void **state)
{
	struct lab *lab = calloc(1, sizeof *lab);

	assert_non_null(lab);
	*state = lab;
	sbuf_init(&lab->why, 4096);
	object_init(&lab->object);
	snprintf(lab->mount, sizeof lab->mount, "/tmp/edge-follow-XXXXXX");
	assert_non_null(mkdtemp(lab->mount));
	snprintf(lab->dir, sizeof lab->dir, "%s/edgepool", lab->mount);
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("bpf", lab->mount, "bpf", 0, NULL) != 0)
		return 0;
	lab->loop = ev_loop_new(EVFLAG_AUTO);
	ev_timer_init(&lab->beat, on_beat, 0.05, 0.05);
	ev_timer_start(lab->loop, &lab->beat);
	run("ip link set lo up");
	add_interface("one");
	add_interface("two");
	add_interface("far");
	run("ip addr add 192.0.2.1/24 dev one && ip addr add 2001:db8::1/64 dev one "
	    "nodad "
	    "&& ip addr add 198.51.100.1/24 dev two && ip link set two mtu 1400");
	return 0;
}

static int
end(void **state)
{
	struct lab *lab = *state;

	follow_close(&lab->follow);
	object_close(&lab->object);
	if (lab->loop != NULL)
		ev_loop_destroy(lab->loop);
	umount2(lab->mount, MNT_DETACH);
	rmdir(lab->mount);
	sbuf_fini(&lab->why);
	free(lab);
	return 0;
}

static struct lab *
permitted(void **state)
{
	struct lab *lab = *state;

	if (lab->loop == NULL ||
	    object_open(&lab->object, &few, lab->dir, &lab->why) == -EPERM) {
		print_message("skipped: needs namespaces of its own and CAP_BPF\n");
		skip();
	}
	assert_string_equal(sbuf_text(&lab->why), "");
	return lab;
}

static void
follow(struct lab *lab, enum attach how, const char *named)
{
	const struct follow_wish wish = {how, &named, named != NULL};

	assert_int_equal(
	    follow_open(&lab->follow, lab->loop, &lab->object, &wish, &lab->why), 0);
}

/* How many programs TCX has there. */
static unsigned
tcx(const char *name)
{
	__u32 ids[8], n = 8, flags = 0;

	if (bpf_prog_query((int)number(name), (enum bpf_attach_type)TCX_INGRESS, 0,
		&flags, ids, &n) != 0)
		return 0;
	return n;
}

static bool
clsact_of(const struct pins *pins, const char *name)
{
	struct filters f;

	assert_int_equal(filters_look(pins, number(name), &f), 0);
	return f.ours;
}

/* Runs the loop until it holds. */
static void
until(struct lab *lab, bool (*holds)(struct lab *lab), const char *what)
{
	int64_t end_ns = clock_mono_ns() + 60 * NS_PER_S;

	while (!holds(lab)) {
		if (clock_mono_ns() > end_ns)
			fail_msg("waited for %s", what);
		ev_run(lab->loop, EVRUN_ONCE);
	}
}

static void
assert_says(const struct lab *lab, const char *part)
{
	if (strstr(sbuf_text(&lab->why), part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", sbuf_text(&lab->why), part);
}

static bool
has_tcx(struct lab *lab)
{
	return hook_tcx_possible(lab->object.program);
}

static bool
clsact(const struct lab *lab, const char *name)
{
	return clsact_of(&lab->object.pins, name);
}

static unsigned
ours(const struct lab *lab, const char *name)
{
	return tcx(name) + clsact(lab, name);
}

static void
restart(struct lab *lab, enum attach how)
{
	follow_close(&lab->follow);
	object_close(&lab->object);
	open_object(lab);
	follow(lab, how, NULL);
	assert_string_equal(sbuf_text(&lab->why), "");
}

/* --- interfaces
 * -------------------------------------------------------------------------
 */

static void
routes_name_interfaces(void **state)
{
	struct lab *lab = permitted(state);
	bool new = has_tcx(lab);

	follow(lab, ATTACH_AUTO, NULL);
	assert_string_equal(sbuf_text(&lab->why), "");
	assert_int_equal(tcx("one"), new);
	assert_int_equal(tcx("two"), new);
	assert_int_equal(clsact(lab, "one"), !new);
	assert_false(unhook_needed(&lab->object.pins, number("far")));
	assert_false(unhook_needed(&lab->object.pins, number("lo")));
}

static bool
far_is_attached(struct lab *lab)
{
	return unhook_needed(&lab->object.pins, number("far"));
}

static bool
two_is_not(struct lab *lab)
{
	return !unhook_needed(&lab->object.pins, number("two"));
}

static void
interfaces_are_followed(void **state)
{
	struct lab *lab = permitted(state);

	follow(lab, ATTACH_AUTO, NULL);
	run("ip addr add 203.0.113.1/24 dev far");
	until(lab, far_is_attached, "far");
	run("ip addr del 198.51.100.1/24 dev two");
	until(lab, two_is_not, "two");
	assert_true(unhook_needed(&lab->object.pins, number("one")));
}

/* Down, it loses its routes, which come back with it: nothing may come in meanwhile that
 * the program has not seen. */
static void
what_is_down_keeps_it(void **state)
{
	struct lab *lab = permitted(state);

	follow(lab, ATTACH_AUTO, NULL);
	run("ip link set two down && ip addr add 203.0.113.1/24 dev far");
	until(lab, far_is_attached, "far, so that two has been looked at");
	assert_true(unhook_needed(&lab->object.pins, number("two")));
	restart(lab, ATTACH_AUTO);
	assert_int_equal(ours(lab, "two"), 1);
	run("ip addr del 198.51.100.1/24 dev two && ip link set two up");
	until(lab, two_is_not, "two");
}

static bool
one_is_attached(struct lab *lab)
{
	return ours(lab, "one") == 1;
}

static void
what_others_remove_comes_back(void **state)
{
	struct lab *lab = permitted(state);

	follow(lab, ATTACH_CLSACT, NULL);
	run("tc qdisc del dev one clsact");
	assert_int_equal(ours(lab, "one"), 0);
	until(lab, one_is_attached, "one");
}

static bool
late_is_attached(struct lab *lab)
{
	return if_nametoindex("late") > 0 &&
	       unhook_needed(&lab->object.pins, number("late"));
}

static bool
nothing_is_pinned(struct lab *lab)
{
	unsigned numbers[8];

	return pins_numbers(&lab->object.pins, PINS_LINKS, numbers, 8) +
		   pins_numbers(&lab->object.pins, PINS_QDISCS, numbers, 8) ==
	       0;
}

static void
a_named_interface_is_waited_for(void **state)
{
	struct lab *lab = permitted(state);

	follow(lab, ATTACH_AUTO, "late");
	assert_says(lab, "there is no interface late; it is waited for");
	assert_false(unhook_needed(&lab->object.pins, number("one")));
	add_interface("late");
	until(lab, late_is_attached, "late");
	run("ip link del late");
	add_interface("later");
	until(lab, nothing_is_pinned, "nothing to be pinned");
}

static void
others_are_named(void **state)
{
	struct lab *lab = permitted(state);

	run("ip tuntap add dev tunnel mode tun && ip addr add 10.9.9.1/24 dev tunnel && "
	    "ip link set tunnel up");
	follow(lab, ATTACH_AUTO, "tunnel");
	assert_says(lab, "tunnel is no Ethernet interface");
	assert_false(unhook_needed(&lab->object.pins, number("tunnel")));
}

/* --- once ------------------------------------------------------------------------------
 */

static void
a_restart_exchanges_in_place(void **state)
{
	struct lab *lab = permitted(state);

	follow(lab, ATTACH_AUTO, NULL);
	restart(lab, ATTACH_AUTO);
	assert_int_equal(ours(lab, "one"), 1);
	restart(lab, ATTACH_CLSACT);
	assert_int_equal(ours(lab, "one"), 1);
	assert_true(clsact(lab, "one"));
	restart(lab, ATTACH_CLSACT);
	assert_int_equal(ours(lab, "one"), 1);
	restart(lab, ATTACH_AUTO);
	assert_int_equal(ours(lab, "one"), 1);
	assert_int_equal(tcx("one"), has_tcx(lab));
}

/* Sessions go on by it. */
static void
a_link_that_cannot_be_exchanged_stays(void **state)
{
	struct lab *lab = permitted(state);
	struct rlimit before, none;
	unsigned one;
	int err;

	if (!has_tcx(lab))
		skip();
	follow(lab, ATTACH_TCX, NULL);
	one = number("one");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	err = hook_attach(
	    &lab->object.pins, one, "one", lab->object.program, HOOK_TCX, &lab->why);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(err, -EMFILE);
	assert_int_equal(tcx("one"), 1);
}

/* A qdisc that was there stays, and so do filters of others. */
static void
only_ours_is_removed(void **state)
{
	struct lab *lab = permitted(state);

	run("tc qdisc add dev one clsact && "
	    "tc filter add dev one ingress prio 7 bpf bytecode '1,6 0 0 4294967295'");
	follow(lab, ATTACH_CLSACT, NULL);
	run("tc filter add dev two egress prio 7 bpf bytecode '1,6 0 0 4294967295'");
	assert_true(clsact(lab, "one") && clsact(lab, "two"));
	assert_int_equal(unhook(&lab->object.pins, number("one")), 0);
	assert_int_equal(unhook(&lab->object.pins, number("two")), 0);
	run("tc filter show dev one ingress | grep -q bytecode");
	run("tc filter show dev two egress | grep -q bytecode");
	assert_false(clsact(lab, "one") || clsact(lab, "two"));
	assert_int_equal(unhook(&lab->object.pins, number("one")), 0);
}

static void
our_qdisc_goes_with_us(void **state)
{
	struct lab *lab = permitted(state);

	follow(lab, ATTACH_CLSACT, NULL);
	run("tc qdisc show dev one | grep -q clsact");
	assert_int_equal(unhook(&lab->object.pins, number("one")), 0);
	run("! tc qdisc show dev one | grep -q clsact");
}

/* --- another edge-lb
 * --------------------------------------------------------------------
 */

struct other {
	char dir[96];
	struct object object;
	struct follow *follow;
};

static int
begin_other(struct lab *lab, struct other *x, enum attach how)
{
	const struct follow_wish wish = {how, NULL, 0};

	snprintf(x->dir, sizeof x->dir, "%s/other", lab->mount);
	assert_int_equal(object_open(&x->object, &few, x->dir, &lab->why), 0);
	return follow_open(&x->follow, lab->loop, &x->object, &wish, &lab->why);
}

static void
end_other(struct lab *lab, struct other *x)
{
	struct detached gone;

	follow_close(&x->follow);
	object_close(&x->object);
	assert_int_equal(kernel_detach(x->dir, true, &gone, &lab->why), 0);
}

static void
one_place_is_not_taken_from_another_edge_lb(void **state)
{
	struct lab *lab = permitted(state);
	struct other x = {.follow = NULL};

	follow(lab, ATTACH_CLSACT, NULL);
	assert_int_equal(begin_other(lab, &x, ATTACH_CLSACT), -EADDRINUSE);
	assert_says(lab, "the filter of another edge-lb has its place");
	assert_says(lab, lab->dir);
	assert_true(clsact(lab, "one") && clsact(lab, "two"));
	assert_false(unhook_needed(&x.object.pins, number("one")));
	end_other(lab, &x);
	assert_true(clsact(lab, "one") && clsact(lab, "two"));
}

/* Both have looked before either was there. */
static void
one_place_is_taken_once(void **state)
{
	struct lab *lab = permitted(state);
	struct pins other;

	follow(lab, ATTACH_CLSACT, NULL);
	pins_init(&other);
	assert_int_equal(pins_peek(&other, "/another/edgepool", &lab->why), 0);
	assert_int_equal(
	    filters_add(&other, number("one"), lab->object.program, false), -EEXIST);
	assert_true(clsact(lab, "one"));
}

/* The kernel takes names of 255 octets. */
static void
long_directories_are_told_apart(void **state)
{
	struct lab *lab = permitted(state);
	struct pins a, b;

	pins_init(&a);
	pins_init(&b);
	snprintf(a.dir, sizeof a.dir, "/a/%0300d", 7);
	snprintf(b.dir, sizeof b.dir, "/b/%0300d", 7);
	follow(lab, ATTACH_CLSACT, NULL);
	assert_int_equal(unhook(&lab->object.pins, number("one")), 0);
	run("tc qdisc add dev one clsact");
	assert_int_equal(filters_add(&a, number("one"), lab->object.program, false), 0);
	assert_true(clsact_of(&a, "one"));
	assert_false(clsact_of(&b, "one"));
}

/* The kernel takes a link away some time after its last pin. */
static void
without_tcx(const char *name)
{
	int64_t end_ns = clock_mono_ns() + 60 * NS_PER_S;

	while (tcx(name) != 0) {
		if (clock_mono_ns() > end_ns)
			fail_msg("%s keeps its link", name);
		sched_yield();
	}
}

/* It looks, ends and is detached, and the other's filter stays. */
static void
links_of_one_leave_the_filter_of_another(void **state)
{
	struct lab *lab = permitted(state);
	struct other x = {.follow = NULL};
	bool new = has_tcx(lab);

	follow(lab, ATTACH_CLSACT, NULL);
	if (new) {
		assert_int_equal(begin_other(lab, &x, ATTACH_TCX), 0);
		assert_int_equal(tcx("one"), 1);
		assert_true(clsact(lab, "one"));
		end_other(lab, &x);
		without_tcx("one");
	}
	assert_true(clsact(lab, "one") && clsact(lab, "two"));
	assert_string_equal(sbuf_text(&lab->why), "");
}

/* --- ways ------------------------------------------------------------------------------
 */

static void
member(struct lab *lab, unsigned row, const char *text)
{
	struct km_endpoint *e = &lab->object.endpoints[row];

	e->id = row;
	e->ifindex = 0;
	if (inet_pton(AF_INET6, text, &e->addr) == 1)
		return;
	e->addr = (struct km_addr){.word[2] = htonl(0xffff)};
	assert_int_equal(inet_pton(AF_INET, text, &e->addr.word[3]), 1);
}

static void
assert_hop(const struct lab *lab, unsigned row, const char *interface, unsigned mtu,
    const char *hop)
{
	const struct km_endpoint *e = &lab->object.endpoints[row];
	char text[INET6_ADDRSTRLEN] = "";

	assert_int_equal(e->ifindex, number(interface));
	assert_int_equal(e->mtu, mtu);
	inet_ntop((int)e->hop_family, &e->hop, text, sizeof text);
	assert_string_equal(text, hop);
}

static bool
all_ways_are_known(struct lab *lab)
{
	for (unsigned i = 1; i <= 6; i++)
		if (lab->object.endpoints[i].ifindex == 0)
			return false;
	return true;
}

static void
rows_know_the_way(void **state)
{
	struct lab *lab = permitted(state);

	run("ip route add 10.1.0.0/16 via 192.0.2.254 && ip route add 10.2.0.0/16 via "
	    "198.51.100.254 mtu lock 1300 && ip route add 2001:db8:2::/48 via "
	    "2001:db8::fe && ip route add 10.3.0.0/16 via inet6 2001:db8::fe dev one");
	member(lab, 1, "192.0.2.10");
	member(lab, 2, "10.1.2.3");
	member(lab, 3, "10.2.2.3");
	member(lab, 4, "2001:db8::10");
	member(lab, 5, "2001:db8:2::10");
	member(lab, 6, "10.3.2.1");
	member(lab, 7, "192.0.2.1");
	member(lab, 8, "203.0.113.9");
	run("ip route add 10.9.0.0/16 nexthop via 198.51.100.254 nexthop via "
	    "192.0.2.254");
	member(lab, 9, "10.9.0.1");
	follow(lab, ATTACH_AUTO, NULL);
	until(lab, all_ways_are_known, "all ways");
	assert_hop(lab, 1, "one", 1500, "192.0.2.10");
	assert_hop(lab, 2, "one", 1500, "192.0.2.254");
	assert_hop(lab, 3, "two", 1300, "198.51.100.254");
	assert_hop(lab, 4, "one", 1500, "2001:db8::10");
	assert_hop(lab, 5, "one", 1500, "2001:db8::fe");
	assert_hop(lab, 6, "one", 1500, "2001:db8::fe");
	assert_int_equal(lab->object.endpoints[7].ifindex, 0);
	assert_int_equal(lab->object.endpoints[8].ifindex, 0);
	assert_int_equal(lab->object.endpoints[9].ifindex, 0);
}

static bool
the_way_is_another(struct lab *lab)
{
	return lab->object.endpoints[1].ifindex == number("two");
}

static bool
somebody_knows(struct lab *lab)
{
	return lab->object.endpoints[1].ifindex != 0;
}

static bool
second_is_known(struct lab *lab)
{
	return lab->object.endpoints[2].ifindex != 0;
}

static void
ways_follow_routes(void **state)
{
	struct lab *lab = permitted(state);

	run("ip route add 10.1.0.0/16 via 192.0.2.254");
	member(lab, 1, "10.1.2.3");
	follow(lab, ATTACH_AUTO, NULL);
	until(lab, somebody_knows, "a way");
	run("ip route replace 10.1.0.0/16 via 198.51.100.254");
	until(lab, the_way_is_another, "the way by two");
	assert_hop(lab, 1, "two", 1400, "198.51.100.254");
}

/* A look leaves the row at 0: nothing is waited for. */
static void
a_rule_of_the_host_decides_by_itself(void **state)
{
	struct lab *lab = permitted(state);

	run("ip rule add fwmark 7 table 100 && ip -6 rule add fwmark 0xed9e table 60830");
	member(lab, 1, "192.0.2.10");
	member(lab, 2, "2001:db8::10");
	follow(lab, ATTACH_AUTO, NULL);
	until(lab, second_is_known, "the way that no rule but ours touches");
	assert_int_equal(lab->object.endpoints[1].ifindex, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	    TEST(routes_name_interfaces),
	    TEST(interfaces_are_followed),
	    TEST(what_is_down_keeps_it),
	    TEST(what_others_remove_comes_back),
	    TEST(a_named_interface_is_waited_for),
	    TEST(others_are_named),
	    TEST(a_restart_exchanges_in_place),
	    TEST(a_link_that_cannot_be_exchanged_stays),
	    TEST(only_ours_is_removed),
	    TEST(our_qdisc_goes_with_us),
	    TEST(one_place_is_not_taken_from_another_edge_lb),
	    TEST(one_place_is_taken_once),
	    TEST(long_directories_are_told_apart),
	    TEST(links_of_one_leave_the_filter_of_another),
	    TEST(rows_know_the_way),
	    TEST(ways_follow_routes),
	    TEST(a_rule_of_the_host_decides_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
