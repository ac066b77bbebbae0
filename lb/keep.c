/* SPDX-License-Identifier: BSD-2-Clause */
#include "keep.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <edge/id.h>

#include "filter.h"
#include "host.h"
#include "nft.h"
#include "route.h"

#define FILTER_TEXT_MAX (4u << 20)

void
keep_init(struct keep *k, const char *run_dir)
{
	/* A run before this one may have crashed: what it left is taken for ours. */
	*k = (struct keep){
	    .run_dir = run_dir,
	    .table = true,
	    .route = {true, true},
	};
}

/* What the host must do for: a configuration, and sessions that began under another. */
struct work {
	const struct model *m;
	struct filter_needs needs; /* with what the sessions need */
	struct filter_kept *past;
	size_t n_past;
};

static int
work_init(struct work *w, const struct model *m, const struct live *live)
{
	*w = (struct work){.m = m, .needs = filter_needs(m)};
	w->past = calloc(live->n_endpoints + 1, sizeof *w->past);
	if (w->past == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < live->n_endpoints; i++) {
		const struct live_endpoint *x = live->endpoints[i];

		if (!x->kept)
			continue;
		w->needs.keep[addr_family(&x->addr)] = true;
		w->past[w->n_past++] = (struct filter_kept){x->addr, x->port, x->proto};
	}
	return 0;
}

/* May this process use a client's address as its own? */
static int
check_transparent(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1, err = 0;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &one, sizeof one) != 0)
		err = -errno;
	close(fd);
	return err;
}

/* A new table knows none of the transactions under way, so the one that is there stays
 * when it is the same.  (Another program may have flushed it.) */
static int
load_table(struct keep *k, const char *text, size_t n, struct sbuf *why)
{
	uint64_t hash = id_hash(text, n);
	struct sbuf ignored;
	bool there;
	int err;

	sbuf_init(&ignored, 512);
	there = k->table && k->table_hash == hash &&
		nft_run("list set inet " FILTER_TABLE " ours4\n", &ignored) == 0;
	sbuf_fini(&ignored);
	if (there)
		return 0;
	err = nft_run(text, why);
	if (err == 0) {
		k->table = true;
		k->table_hash = hash;
	}
	return err;
}

static int
apply_table(struct keep *k, const struct work *w, struct sbuf *why)
{
	struct sbuf text;
	int err;

	sbuf_init(&text, FILTER_TEXT_MAX);
	filter_text(w->m, w->past, w->n_past, &text);
	err = text.failed ? -ENOMEM : load_table(k, sbuf_text(&text), text.length, why);
	sbuf_fini(&text);
	return err;
}

static void
remove_table(struct keep *k)
{
	struct sbuf why;

	if (!k->table)
		return;
	sbuf_init(&why, 512);
	nft_run("delete table inet " FILTER_TABLE "\n", &why);
	sbuf_fini(&why);
	k->table = false;
}

static int
apply_routes(struct keep *k, const struct filter_needs *needs, struct sbuf *why)
{
	for (int f = 0; f < FAMILIES; f++) {
		int err;

		if (!needs->keep[f]) {
			if (k->route[f])
				route_remove((enum family)f, FILTER_MARK);
			k->route[f] = false;
			continue;
		}
		err = route_add((enum family)f, FILTER_MARK);
		if (err != 0) {
			sbuf_addf(why,
			    "the %s routing rule for kept client sources: %s%s",
			    family_word((enum family)f), strerror(-err),
			    err == -EPERM ? " (needs CAP_NET_ADMIN)" : "");
			return err;
		}
		k->route[f] = true;
	}
	return 0;
}

/* A table of somebody else that drops what it does not know may drop what passes to and
 * from members; only its owner can say. */
static void
warn_of_firewall(struct sbuf *why)
{
	struct sbuf chains;

	sbuf_init(&chains, FILTER_TEXT_MAX);
	nft_chains(&chains);
	for (const char *p = sbuf_text(&chains);
	     (p = strstr(p, "hook forward")) != NULL;) {
		const char *end = strchr(p, '\n');
		const char *drop = strstr(p, "policy drop");

		if (end != NULL && drop != NULL && drop < end) {
			sbuf_addf(why, "this host's firewall has a forward chain with "
				       "policy drop: let "
				       "pass what goes to and comes from the members");
			break;
		}
		p++;
	}
	sbuf_fini(&chains);
}

/* What the relay needs; sessions that are running have it already. */
static int
check_kept(const struct work *w, struct sbuf *why)
{
	const struct listener *first = filter_first_kept(w->m);
	int err;

	if (first == NULL)
		return 0;
	if (!nft_is_built_in()) {
		sbuf_addf(why,
		    "%s keeps its clients' addresses, for which this edge-lb must be "
		    "built with libnftables",
		    first->full_name);
		return -EOPNOTSUPP;
	}
	err = check_transparent();
	if (err != 0)
		sbuf_addf(why,
		    "%s keeps its clients' addresses: %s; needs CAP_NET_RAW and "
		    "CAP_NET_ADMIN (the unit gives them)",
		    first->full_name, strerror(-err));
	return err;
}

static int
apply_kept(struct keep *k, const struct work *w, struct sbuf *why)
{
	int err = check_kept(w, why);

	if (err == 0)
		err = host_prepare(w->m, k->run_dir, why);
	if (err == 0)
		err = apply_routes(k, &w->needs, why);
	if (err == 0 && (err = apply_table(k, w, why)) != 0)
		sbuf_addf(why, "%s", err == -EINVAL ? " (needs CAP_NET_ADMIN)" : "");
	if (err == 0)
		warn_of_firewall(why);
	return err;
}

/* The kernel engine alone keeps sources: it works without a table, only worse. */
static int
apply_passed(struct keep *k, const struct work *w, struct sbuf *why)
{
	int err = host_prepare(w->m, k->run_dir, why);
	struct sbuf detail;

	if (err == 0)
		err = apply_routes(k, &w->needs, why);
	if (err != 0)
		return err;
	sbuf_init(&detail, 512);
	if (!nft_is_built_in() || apply_table(k, w, &detail) != 0)
		sbuf_addf(why,
		    "what members and clients say to each other directly is tracked%s "
		    "(%s)\n",
		    w->needs.outbound ? ", and outbound federation leaves with the "
					"members' own addresses, not the VIP's"
				      : "",
		    nft_is_built_in() ? sbuf_text(&detail) : "built without libnftables");
	else
		warn_of_firewall(why);
	sbuf_fini(&detail);
	return 0;
}

static void
apply_outbound(struct keep *k, const struct work *w, struct sbuf *why)
{
	struct sbuf detail;

	sbuf_init(&detail, 512);
	if (!nft_is_built_in() || apply_table(k, w, &detail) != 0)
		sbuf_addf(why,
		    "outbound federation leaves with the members' own addresses, not the "
		    "VIP's: no source NAT (%s)",
		    nft_is_built_in() ? sbuf_text(&detail) : "built without libnftables");
	sbuf_fini(&detail);
}

int
keep_apply(
    struct keep *k, const struct model *m, const struct live *live, struct sbuf *why)
{
	struct work w;
	int err = work_init(&w, m, live);

	if (err != 0)
		return err;
	k->applied = true;
	if (w.needs.keep[FAMILY_V4] || w.needs.keep[FAMILY_V6]) {
		err = apply_kept(k, &w, why);
	} else if (w.needs.pass[FAMILY_V4] || w.needs.pass[FAMILY_V6]) {
		err = apply_passed(k, &w, why);
	} else {
		apply_routes(k, &w.needs, why);
		if (!k->passes)
			host_restore(k->run_dir);
		if (w.needs.outbound)
			apply_outbound(k, &w, why);
		else
			remove_table(k);
	}
	free(w.past);
	return err;
}

void
keep_adopt(struct keep *k, uint64_t table_hash)
{
	k->applied = true;
	k->table_hash = table_hash;
}

void
keep_leave(struct keep *k)
{
	for (int f = 0; k->applied && f < FAMILIES; f++) {
		if (k->route[f])
			route_remove((enum family)f, FILTER_MARK);
		k->route[f] = false;
	}
}

void
keep_fini(struct keep *k)
{
	if (!k->applied)
		return;
	remove_table(k);
	keep_leave(k);
	host_restore(k->run_dir);
}
