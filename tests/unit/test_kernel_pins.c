/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel engine's maps outlive who made them: found again, refused where they are of
 * another version, never half made.  As root; every test has a BPF file system of its
 * own. */
#include "unit.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/kernel.h"
#include "kernel/left.h"
#include "kernel/object.h"
#include "kernel/possible.h"

static const struct object_sizes few = {2048, 1024};

struct lab {
	char mount[64], dir[80];
	struct sbuf why;
};

static int
begin(void **state)
{
	struct lab *lab = calloc(1, sizeof *lab);

	assert_non_null(lab);
	snprintf(lab->mount, sizeof lab->mount, "/tmp/edge-pins-XXXXXX");
	assert_non_null(mkdtemp(lab->mount));
	snprintf(lab->dir, sizeof lab->dir, "%s/edgepool", lab->mount);
	sbuf_init(&lab->why, 4096);
	*state = lab;
	return 0;
}

static int
end(void **state)
{
	struct lab *lab = *state;

	umount2(lab->mount, MNT_DETACH);
	rmdir(lab->mount);
	sbuf_fini(&lab->why);
	free(lab);
	return 0;
}

/* A BPF file system of ours, or the test is skipped. */
static void
with_pins(struct lab *lab)
{
	if (mount("bpf", lab->mount, "bpf", 0, NULL) != 0) {
		print_message(
		    "skipped: no BPF file system can be mounted (%s)\n", strerror(errno));
		skip();
	}
}

static void
open_well(struct lab *lab, struct object *o)
{
	int err = object_open(o, &few, lab->dir, &lab->why);

	if (err == -EPERM) {
		print_message("skipped: %s\n", sbuf_text(&lab->why));
		skip();
	}
	assert_string_equal(sbuf_text(&lab->why), "");
	assert_int_equal(err, 0);
}

static void
assert_says(const struct lab *lab, const char *part)
{
	if (strstr(sbuf_text(&lab->why), part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", sbuf_text(&lab->why), part);
}

static void
maps_are_found_again(void **state)
{
	struct lab *lab = *state;
	struct object o;
	uint32_t seed;

	with_pins(lab);
	open_well(lab, &o);
	assert_false(o.found);
	assert_int_equal(o.settings->version, KM_VERSION);
	seed = o.settings->seed;
	o.endpoints[7].mtu = 1400;
	object_close(&o);

	open_well(lab, &o);
	assert_true(o.found);
	assert_int_equal(o.settings->seed, seed);
	assert_int_equal(o.endpoints[7].mtu, 1400);
	object_close(&o);
}

static void
tables_keep_their_size_and_say_so(void **state)
{
	static const struct object_sizes more = {4096, 1024};
	struct lab *lab = *state;
	struct object o;

	with_pins(lab);
	open_well(lab, &o);
	object_close(&o);
	assert_int_equal(object_open(&o, &more, lab->dir, &lab->why), 0);
	assert_true(o.found);
	assert_says(lab, "lb.kernel.flows = 4096 is not yet in effect");
	assert_says(lab, "has room for 2048");
	assert_null(strstr(sbuf_text(&lab->why), "half_open"));
	object_close(&o);
}

static void
another_version_is_refused(void **state)
{
	struct lab *lab = *state;
	struct object o;

	with_pins(lab);
	open_well(lab, &o);
	o.settings->version = KM_VERSION + 1;
	object_close(&o);
	assert_int_equal(object_check(lab->dir, &lab->why), -EPROTO);
	assert_says(lab, "were made by another version (3, this program has 2)");
	assert_int_equal(object_open(&o, &few, lab->dir, &lab->why), -EPROTO);
	assert_says(lab, "`edgectl detach` ends their sessions and removes them");
}

static void
a_map_of_another_size_is_refused(void **state)
{
	struct lab *lab = *state;
	char path[128];
	struct object o;
	int fd;

	with_pins(lab);
	open_well(lab, &o);
	object_close(&o);
	snprintf(path, sizeof path, "%s/maps/asked", lab->dir);
	assert_int_equal(unlink(path), 0);
	fd = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "asked",
	    sizeof(struct km_asked_key) + 4, sizeof(struct km_asked), KM_ASKED_MAX, NULL);
	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_pin(fd, path), 0);
	close(fd);
	assert_int_equal(object_open(&o, &few, lab->dir, &lab->why), -EPROTO);
	assert_says(lab, "asked has another size");
}

/* Nobody reads a table beyond its end because a word of the settings says so. */
static void
settings_of_another_table_are_refused(void **state)
{
	struct lab *lab = *state;
	struct object o;

	with_pins(lab);
	open_well(lab, &o);
	o.settings->flow_buckets++;
	object_close(&o);
	assert_int_equal(object_open(&o, &few, lab->dir, &lab->why), -EPROTO);
	assert_says(lab, "flows has another size");
}

static void
a_missing_map_is_named(void **state)
{
	struct lab *lab = *state;
	char path[128];
	struct object o;

	with_pins(lab);
	open_well(lab, &o);
	object_close(&o);
	snprintf(path, sizeof path, "%s/maps/counts", lab->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(object_open(&o, &few, lab->dir, &lab->why), -EPROTO);
	assert_says(lab, "counts is missing");
}

/* As after a kill between the first pin and the last. */
static void
half_made_pins_are_made_anew(void **state)
{
	struct lab *lab = *state;
	char maps[128], new[128], path[128];
	struct object o;
	struct stat s;

	with_pins(lab);
	open_well(lab, &o);
	object_close(&o);
	snprintf(maps, sizeof maps, "%s/maps", lab->dir);
	snprintf(new, sizeof new, "%s/new", lab->dir);
	assert_int_equal(rename(maps, new), 0);
	snprintf(path, sizeof path, "%s/new/drops", lab->dir);
	assert_int_equal(unlink(path), 0);

	open_well(lab, &o);
	assert_false(o.found);
	object_close(&o);
	assert_int_equal(stat(new, &s), -1);
	open_well(lab, &o);
	assert_true(o.found);
	object_close(&o);
}

static void
two_cannot_have_one_directory(void **state)
{
	struct lab *lab = *state;
	struct object o, second;

	with_pins(lab);
	open_well(lab, &o);
	assert_int_equal(object_open(&second, &few, lab->dir, &lab->why), -EBUSY);
	assert_says(lab, "belongs to another edge-lb that is running");
	/* A program that is to take over only looks. */
	sbuf_fini(&lab->why);
	assert_int_equal(object_check(lab->dir, &lab->why), 0);
	assert_string_equal(sbuf_text(&lab->why), "");
	object_close(&o);
	open_well(lab, &o);
	object_close(&o);
}

/* In a thread: capabilities are a thread's own. */
static void *
without_rights(void *arg)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &header, caps) != 0)
		return NULL;
	caps[0].effective |= 1u << CAP_NET_ADMIN;
	caps[0].permitted |= 1u << CAP_NET_ADMIN;
	memset(&caps[1], 0, sizeof caps[1]);
	return syscall(SYS_capset, &header, caps) == 0 && kernel_possible(arg) == -EPERM
		   ? arg
		   : NULL;
}

static void
what_is_missing_is_named(void **state)
{
	struct lab *lab = *state;
	pthread_t thread;
	void *done;

	if (kernel_possible(&lab->why) != 0) {
		print_message("skipped: %s\n", sbuf_text(&lab->why));
		skip();
	}
	assert_string_equal(sbuf_text(&lab->why), "");
	assert_int_equal(pthread_create(&thread, NULL, without_rights, &lab->why), 0);
	assert_int_equal(pthread_join(thread, &done), 0);
	assert_ptr_equal(done, &lab->why);
	assert_says(lab, "the kernel engine needs CAP_BPF, CAP_PERFMON (");
}

/* The first word of advice is how to get one. */
static void
an_ordinary_directory_is_refused(void **state)
{
	struct lab *lab = *state;
	struct object o;
	struct stat s;

	assert_int_equal(object_open(&o, &few, lab->dir, &lab->why), -ENOTSUP);
	assert_says(lab, "is in no BPF file system");
	assert_says(lab, "`mount -t bpf bpf /sys/fs/bpf`");
	assert_int_equal(stat(lab->dir, &s), -1);
}

/* The directories belong to edge-lb's user, and root reads them: nothing leads out. */
static void
root_is_not_led_astray(void **state)
{
	struct lab *lab = *state;
	char path[128], outside[128], octets[8] = "";
	struct pins pins;
	struct stat s;
	FILE *f;

	snprintf(outside, sizeof outside, "%s/outside", lab->mount);
	assert_int_equal(mkdir(outside, 0700), 0);
	snprintf(path, sizeof path, "%s/outside/kept", lab->mount);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fputs("kept", f) < 0 || fclose(f) != 0, 0);
	snprintf(path, sizeof path, "%s/links", lab->mount);
	assert_int_equal(symlink(outside, path), 0);
	pins_init(&pins);
	assert_int_equal(pins_peek(&pins, lab->mount, &lab->why), 0);
	assert_int_equal(pins_remove(&pins, PINS_LINKS), 0);
	assert_int_equal(lstat(path, &s), -1);

	snprintf(path, sizeof path, "%s/lb.host", lab->mount);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "../../..%s/kept 7\n", outside);
	assert_int_equal(fclose(f), 0);
	left_settings_restore(lab->mount);
	snprintf(path, sizeof path, "%s/outside/kept", lab->mount);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(octets, sizeof octets, f));
	assert_string_equal(octets, "kept");
	fclose(f);
	unlink(path);
	rmdir(outside);
}

/* --- CPUs ------------------------------------------------------------------------------
 */

/* What every CPU has a part of has room for the last of them. */
static void
numbers_of_cpus_may_be_left_out(void **state)
{
	(void)state;
	assert_int_equal(possible_cpu_end("0\n"), 1);
	assert_int_equal(possible_cpu_end("0-3\n"), 4);
	assert_int_equal(possible_cpu_end("0-7,16-23\n"), 24);
	assert_int_equal(possible_cpu_end("0,2\n"), 3);
	assert_int_equal(possible_cpu_end("0-239"), 240);
	assert_int_equal(possible_cpu_end("\n"), -EINVAL);
	assert_int_equal(possible_cpu_end("0-\n"), -EINVAL);
	assert_int_equal(possible_cpu_end("none"), -EINVAL);
	assert_int_equal(possible_cpu_end("0-99999999999999999999"), -EINVAL);
	assert_true(possible_cpu_numbers() >= (int)sysconf(_SC_NPROCESSORS_CONF));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	    TEST(maps_are_found_again),
	    TEST(tables_keep_their_size_and_say_so),
	    TEST(another_version_is_refused),
	    TEST(a_map_of_another_size_is_refused),
	    TEST(settings_of_another_table_are_refused),
	    TEST(a_missing_map_is_named),
	    TEST(half_made_pins_are_made_anew),
	    TEST(two_cannot_have_one_directory),
	    TEST(what_is_missing_is_named),
	    TEST(an_ordinary_directory_is_refused),
	    TEST(root_is_not_led_astray),
	    TEST(numbers_of_cpus_may_be_left_out),
	};

	/* So that no mount outlives us, however we end. */
	if (unshare(CLONE_NEWNS) == 0)
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
