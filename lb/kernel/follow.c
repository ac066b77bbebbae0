/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * follow - see follow.h.
 *
 * News are not read for what they say: they only mean that it is time to look, and a look
 * reads everything anew, so none can be missed and a flood of them costs one look a
 * second.
 */
#include "follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/clock.h>
#include <edge/log.h>

#include "links.h"
#include "rtnl.h"
#include "unhook.h"
#include "ways.h"

#define SOON_NS  (20 * NS_PER_MS) /* what happens together is looked at once */
#define PAUSE_NS NS_PER_S
#define SETTLE_S 0.2 /* no packet is in the program for so long */
#define AGAIN_S  5.  /* what failed is tried again */
#define REMARKS  4096

struct follow {
	struct ev_loop *loop;
	struct object *object;
	enum attach attach;
	enum hook how;
	char **names; /* interfaces that were named */
	size_t n_names;
	struct links links;
	struct ways ways;
	ev_io news;
	ev_timer look;   /* runs: a look is due, and news are not waited for */
	ev_timer settle; /* runs: rows of endpoints are waiting */
	int64_t looked_ns;
};

/* --- interfaces -----------------------------------------------------------------------
 */

static void
complain(struct link *x, struct sbuf *why)
{
	if (!x->complained)
		sbuf_addf(why,
		    "%s is no Ethernet interface: what comes in there does not meet the "
		    "kernel engine\n",
		    x->name);
	x->complained = true;
}

static const char *const *
names(const struct follow *f)
{
	return (const char *const *)(const void *)f->names;
}

/* What fails is said once, and tried again at each look. */
static int
attach(struct follow *f, struct link *x, bool anew, struct sbuf *why)
{
	struct sbuf said;
	int err;

	if (x->attached && !anew) {
		if (hook_is_there(
			&f->object->pins, f->object->program, x->ifindex, f->how))
			return 0;
		sbuf_addf(why,
		    "somebody removed the kernel engine's program from %s; it is "
		    "attached again\n",
		    x->name);
	}
	sbuf_init(&said, REMARKS);
	err = hook_attach(
	    &f->object->pins, x->ifindex, x->name, f->object->program, f->how, &said);
	if (err != 0 && (anew || !x->complained))
		sbuf_addf(why, "%s\n", sbuf_text(&said));
	sbuf_fini(&said);
	x->attached = err == 0;
	x->complained = err != 0;
	return err;
}

static bool
has_ours(const struct follow *f, const struct link *x, bool anew)
{
	return x->attached || (anew && unhook_needed(&f->object->pins, x->ifindex));
}

/* Found by its routes, it went down: they come back with it, and its first packets must
 * not meet the host, which would reset their sessions. */
static bool
rests(const struct follow *f, const struct link *x, bool anew)
{
	return f->n_names == 0 && !x->up && x->ethernet && !x->loopback &&
	       has_ours(f, x, anew);
}

/* @anew: the program, or what is wished for, has changed. */
static int
serve(
    struct follow *f, struct link *x, bool anew, struct sbuf *remarks, struct sbuf *wrong)
{
	enum links_wish wish = links_wish(x, names(f), f->n_names);
	int err = 0;

	if (wish == LINKS_YES || (wish == LINKS_NO && rests(f, x, anew)))
		return attach(f, x, anew, wrong);
	if (wish == LINKS_STRANGE)
		complain(x, remarks);
	if (has_ours(f, x, anew))
		err = unhook(&f->object->pins, x->ifindex);
	if (err != 0)
		sbuf_addf(wrong,
		    "cannot detach the kernel engine's program from %s: %s\n", x->name,
		    strerror(-err));
	x->attached = x->attached && err != 0;
	return err;
}

/* What is pinned for interfaces that are gone. */
static void
forget_gone(struct follow *f)
{
	unsigned numbers[256];

	for (int part = PINS_LINKS; part <= PINS_QDISCS; part++) {
		size_t n = pins_numbers(
		    &f->object->pins, (enum pins_part)part, numbers, countof(numbers));

		for (size_t i = 0; i < n; i++)
			if (links_find(&f->links, numbers[i]) == NULL)
				unhook(&f->object->pins, numbers[i]);
	}
}

static void
miss(const struct follow *f, struct sbuf *why)
{
	for (size_t i = 0; i < f->n_names; i++) {
		bool there = false;

		for (size_t k = 0; k < f->links.n; k++)
			there = there || strcmp(f->links.at[k].name, f->names[i]) == 0;
		if (!there)
			sbuf_addf(why,
			    "lb.interfaces: there is no interface %s; it is waited for\n",
			    f->names[i]);
	}
}

static int
look(struct follow *f, bool anew, struct sbuf *remarks, struct sbuf *wrong)
{
	int err = links_look(&f->links);
	int first = 0;

	f->looked_ns = clock_mono_ns();
	if (err != 0) {
		sbuf_addf(wrong, "interfaces and routes: %s\n", strerror(-err));
		return err;
	}
	for (size_t i = 0; i < f->links.n; i++) {
		err = serve(f, &f->links.at[i], anew, remarks, wrong);
		first = first != 0 ? first : err;
	}
	forget_gone(f);
	if (anew)
		miss(f, remarks);
	follow_endpoints(f);
	return first;
}

/* --- time ------------------------------------------------------------------------------
 */

static void
on_settle(EV_P_ ev_timer *timer, int revents)
{
	struct follow *f = container_of(timer, struct follow, settle);

	(void)loop;
	(void)revents;
	ways_settle(&f->ways, f->object->endpoints);
}

void
follow_endpoints(struct follow *f)
{
	ways_look(&f->ways, &f->links, f->object->endpoints);
	if (!f->ways.waiting)
		return;
	ev_timer_stop(f->loop, &f->settle);
	ev_timer_set(&f->settle, SETTLE_S, 0.);
	ev_timer_start(f->loop, &f->settle);
}

static void
say(struct sbuf *lines)
{
	const char *text = sbuf_text(lines);

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		log_warning("%.*s", (int)n, text);
		text += n + (text[n] == '\n');
	}
	sbuf_fini(lines);
}

static void
look_in(struct follow *f, double s)
{
	ev_timer_stop(f->loop, &f->look);
	ev_timer_set(&f->look, s, 0.);
	ev_timer_start(f->loop, &f->look);
}

static void
on_look(EV_P_ ev_timer *timer, int revents)
{
	struct follow *f = container_of(timer, struct follow, look);
	struct sbuf why;
	int err;

	(void)revents;
	sbuf_init(&why, REMARKS);
	/* Before the look: what happens from now on is news again. */
	rtnl_drain(f->news.fd);
	ev_io_start(loop, &f->news);
	err = look(f, false, &why, &why);
	say(&why);
	/* It is no news: nobody else would say that it is time. */
	if (err != 0)
		look_in(f, AGAIN_S);
}

static void
on_news(EV_P_ ev_io *news, int revents)
{
	struct follow *f = container_of(news, struct follow, news);
	int64_t since_ns = clock_mono_ns() - f->looked_ns;
	int64_t wait_ns = since_ns < PAUSE_NS ? PAUSE_NS - since_ns : 0;

	(void)revents;
	ev_io_stop(loop, news);
	if (wait_ns < SOON_NS)
		wait_ns = SOON_NS;
	look_in(f, (double)wait_ns / NS_PER_S);
}

/* --- open, change, close
 * ----------------------------------------------------------------
 */

static void
free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static int
take_wish(struct follow *f, const struct follow_wish *wish)
{
	char **copy = calloc(wish->n_interfaces + 1, sizeof *copy);

	for (size_t i = 0; copy != NULL && i < wish->n_interfaces; i++) {
		copy[i] = strdup(wish->interfaces[i]);
		if (copy[i] == NULL) {
			free_names(copy, i);
			copy = NULL;
		}
	}
	if (copy == NULL)
		return -ENOMEM;
	free_names(f->names, f->n_names);
	f->names = copy;
	f->n_names = wish->n_interfaces;
	return 0;
}

/* Which of the two, for all interfaces. */
static int
choose(struct follow *f, enum attach attach, struct sbuf *why)
{
	bool tcx = attach != ATTACH_CLSACT && hook_tcx_possible(f->object->program);

	if (attach == ATTACH_TCX && !tcx) {
		sbuf_addf(why,
		    "lb.kernel.attach = \"tcx\": this kernel has no TCX (Linux 6.6 and "
		    "later); write \"auto\" or \"clsact\"\n");
		return -ENOTSUP;
	}
	f->how = tcx ? HOOK_TCX : HOOK_CLSACT;
	f->attach = attach;
	return 0;
}

static bool
is_the_same(const struct follow *f, const struct follow_wish *wish)
{
	if (f->attach != wish->attach || f->n_names != wish->n_interfaces)
		return false;
	for (size_t i = 0; i < f->n_names; i++)
		if (strcmp(f->names[i], wish->interfaces[i]) != 0)
			return false;
	return true;
}

static int
take_all(struct follow *f, const struct follow_wish *wish, struct sbuf *remarks,
    struct sbuf *wrong)
{
	int err = choose(f, wish->attach, wrong);

	if (err == 0) {
		err = take_wish(f, wish);
		if (err != 0)
			sbuf_addf(wrong, "interfaces: %s\n", strerror(-err));
	}
	return err == 0 ? look(f, true, remarks, wrong) : err;
}

void
follow_change(struct follow *f, const struct follow_wish *wish)
{
	struct sbuf why;

	if (is_the_same(f, wish)) {
		look_in(f, 0.); /* whatever somebody has removed is there again */
		return;
	}
	sbuf_init(&why, REMARKS);
	if (take_all(f, wish, &why, &why) != 0)
		look_in(f, AGAIN_S);
	say(&why);
}

static int
begin(struct follow *f, const struct follow_wish *wish, struct sbuf *why)
{
	struct sbuf wrong, remarks;
	const char *text;
	int err;

	sbuf_init(&wrong, REMARKS);
	sbuf_init(&remarks, REMARKS);
	err = f->news.fd < 0 ? f->news.fd : ways_init(&f->ways);
	if (err != 0)
		sbuf_addf(&wrong, "news of interfaces and routes: %s", strerror(-err));
	else
		err = take_all(f, wish, &remarks, &wrong);
	/* The first says it: whoever falls back to the relay gives one reason. */
	text = sbuf_text(err == 0 ? &remarks : &wrong);
	sbuf_add(why, text, err == 0 ? remarks.length : strcspn(text, "\n"));
	sbuf_fini(&wrong);
	sbuf_fini(&remarks);
	return err;
}

int
follow_open(struct follow **ret, struct ev_loop *loop, struct object *o,
    const struct follow_wish *wish, struct sbuf *why)
{
	struct follow *f = calloc(1, sizeof *f);
	int err;

	if (f == NULL)
		return -ENOMEM;
	f->loop = loop;
	f->object = o;
	ev_io_init(&f->news, on_news, rtnl_listen(), EV_READ);
	ev_timer_init(&f->look, on_look, 0., 0.);
	ev_timer_init(&f->settle, on_settle, 0., 0.);
	err = begin(f, wish, why);
	if (err != 0) {
		follow_close(&f);
		return err;
	}
	ev_io_start(loop, &f->news);
	*ret = f;
	return 0;
}

void
follow_close(struct follow **fp)
{
	struct follow *f = *fp;

	if (f == NULL)
		return;
	ev_io_stop(f->loop, &f->news);
	ev_timer_stop(f->loop, &f->look);
	ev_timer_stop(f->loop, &f->settle);
	if (f->news.fd >= 0)
		close(f->news.fd);
	free_names(f->names, f->n_names);
	links_fini(&f->links);
	ways_fini(&f->ways);
	free(f);
	*fp = NULL;
}
