/* SPDX-License-Identifier: BSD-2-Clause */
#include "upgrade_state.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <edge/base.h>

#include "assoc.h"
#include "lb.h"
#include "session.h"

#define CAP_V3_WORDS 2

/* --- objects ------------------------------------------------------------------------ */

static void
keep_fd(struct upgrade_state *s, int fd)
{
	if (s->n_fds == s->room) {
		size_t room = s->room == 0 ? 1024 : 2 * s->room;
		int *bigger = realloc(s->fds, room * sizeof *bigger);

		if (bigger == NULL) {
			s->codec.failed = true;
			return;
		}
		s->fds = bigger;
		s->room = room;
	}
	s->fds[s->n_fds++] = fd;
}

static void
save_process(struct lb *lb, int64_t parked_ns, struct upgrade_state *s)
{
	struct codec *c = &s->codec;
	struct saved_process p = {
	    .workers = lb->n_workers,
	    .mask_v4 = lb->steer.bits[FAMILY_V4],
	    .mask_v6 = lb->steer.bits[FAMILY_V6],
	    .capabilities = capabilities_now(),
	    .parked_ns = parked_ns,
	    .attempts = lb->upgrade.attempts,
	    .filter = lb->keep.table_hash,
	};

	snprintf(p.release, sizeof p.release, "%s", EDGE_VERSION);
	lb_stats_sums(lb, p.count.at);
	for (unsigned i = 0; i < lb->n_workers; i++) {
		const struct watch_set *set = &lb->workers[i]->watched;

		p.watched[i] = (struct saved_watched){set->fd, set->number};
		keep_fd(s, set->fd);
	}
	/* The next program's rings are empty. */
	p.count.at[LB_FIELD_LOG_LOST] += session_log_waiting(lb->log);
	codec_begin(c, RECORD_PROCESS);
	record_process(c, &p);
	codec_end(c);
}

static void
save_listener(const struct lb *lb, const struct live_listener *x, struct upgrade_state *s)
{
	struct codec *c = &s->codec;
	struct saved_listener l = {
	    .id = x->id,
	    .addr = x->addr,
	    .port = x->port,
	    .proto = (uint8_t)x->proto,
	    .wanted = x->wanted,
	};

	snprintf(l.name, sizeof l.name, "%s", x->full_name);
	if (live_listener_is_open(x))
		l.n_fds = lb->n_workers;
	for (uint32_t w = 0; w < l.n_fds; w++) {
		l.fds[w] = x->fds[w];
		keep_fd(s, x->fds[w]);
	}
	for (unsigned f = 0; f < LB_FIELDS; f++)
		l.count.at[f] = live_listener_sum(&lb->live, x, (enum lb_field)f);
	codec_begin(c, RECORD_LISTENER);
	record_listener(c, &l);
	codec_end(c);
}

static void
save_endpoint(const struct lb *lb, const struct live_endpoint *x, struct codec *c)
{
	struct saved_endpoint e = {
	    .id = x->id,
	    .member_id = x->member_id,
	    .addr = x->addr,
	    .port = x->port,
	    .proto = (uint8_t)x->proto,
	    .kept = x->kept,
	    .state_known = x->state_known,
	    .state = state_pack(&x->state),
	    .slow_boot_ns = x->slow_boot_ns,
	    .drain_mono_ns = x->drain_mono_ns,
	};

	snprintf(e.name, sizeof e.name, "%s", x->full_name);
	for (unsigned f = 0; f < LB_FIELDS; f++)
		e.count.at[f] = live_endpoint_sum(&lb->live, x, (enum lb_field)f);
	codec_begin(c, RECORD_ENDPOINT);
	record_endpoint(c, &e);
	codec_end(c);
}

/* --- what belongs to a worker --------------------------------------------------------
 */

struct saving {
	struct upgrade_state *state;
	struct codec *c;
	const struct worker *w;
	struct saved_end n;
};

static void
save_affinity(void *arg, const struct affinity_entry *e)
{
	struct saving *s = arg;
	struct saved_affinity a = {
	    .worker = s->w->setup.index,
	    .domain = e->domain,
	    .member = e->member,
	    .source = e->source,
	    .ended_ns = e->sessions == 0 ? e->ended_ns : s->w->now_ns,
	};

	codec_begin(s->c, RECORD_AFFINITY);
	record_affinity(s->c, &a);
	codec_end(s->c);
	s->n.affinities++;
}

static void
save_seat(struct saving *s, struct seat *seat)
{
	struct saved_session session;
	struct saved_assoc assoc;

	if (session_save(seat, &session)) {
		codec_begin(s->c, RECORD_SESSION);
		record_session(s->c, &session);
		codec_end(s->c);
		keep_fd(s->state, session.client.fd);
		if (session.member.fd >= 0)
			keep_fd(s->state, session.member.fd);
		s->n.sessions++;
	} else if (assoc_save(seat, &assoc)) {
		codec_begin(s->c, RECORD_ASSOC);
		record_assoc(s->c, &assoc);
		codec_end(s->c);
		keep_fd(s->state, assoc.fd);
		s->n.assocs++;
	}
}

/* Everybody waits in an idle queue. */
static void
save_seats(struct saving *s)
{
	const struct idle *idle = &s->w->idle;

	for (size_t i = 0; i < idle->n; i++) {
		const struct link *head = &idle->queues[i].head;

		for (struct link *l = head->next; l != head; l = l->next)
			save_seat(
			    s, container_of(container_of(l, struct idle_entry, link),
				   struct seat, idle));
	}
}

static void
save_all(struct lb *lb, struct saving *s)
{
	for (size_t i = 0; i < lb->live.n_listeners; i++, s->n.listeners++)
		save_listener(lb, lb->live.listeners[i], s->state);
	for (size_t i = 0; i < lb->live.n_endpoints; i++, s->n.endpoints++)
		save_endpoint(lb, lb->live.endpoints[i], s->c);
	for (unsigned w = 0; w < lb->n_workers; w++) {
		s->w = lb->workers[w];
		affinity_each(s->w->affinity, save_affinity, s);
	}
	for (unsigned w = 0; w < lb->n_workers; w++) {
		s->w = lb->workers[w];
		save_seats(s);
	}
	codec_begin(s->c, RECORD_END);
	record_end(s->c, &s->n);
	codec_end(s->c);
}

int
upgrade_state_collect(
    struct lb *lb, int64_t parked_ns, struct upgrade_state *ret, struct sbuf *why)
{
	struct saving s = {.state = ret, .c = &ret->codec};
	uint32_t sessions = 0;

	*ret = (struct upgrade_state){0};
	codec_write(&ret->codec);
	save_process(lb, parked_ns, ret);
	save_all(lb, &s);
	for (unsigned w = 0; w < lb->n_workers; w++)
		sessions += lb->workers[w]->sessions;
	if (!ret->codec.failed && s.n.sessions + s.n.assocs == sessions)
		return 0;
	if (ret->codec.failed)
		sbuf_addf(why, "the state cannot be written: no memory, or a session in "
			       "it is of no kind that can be carried");
	else
		sbuf_addf(why, "%u of %u sessions cannot be carried",
		    sessions - s.n.sessions - s.n.assocs, sessions);
	return -EBUSY;
}

void
upgrade_state_fini(struct upgrade_state *s)
{
	codec_fini(&s->codec);
	free(s->fds);
	*s = (struct upgrade_state){0};
}

/* --- the file, descriptors, capabilities ---------------------------------------------
 */

int
upgrade_state_file(const struct codec *c)
{
	int fd = memfd_create("edge-lb-state", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t at = 0;

	if (fd < 0)
		return -errno;
	while (at < c->n) {
		ssize_t n = write(fd, c->octets + at, c->n - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int err = n < 0 ? -errno : -EIO;

			close(fd);
			return err;
		}
		at += (size_t)n;
	}
	fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	return fd;
}

const uint8_t *
upgrade_state_map(int fd, size_t *ret_n)
{
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);
	void *p;

	if (fstat(fd, &st) != 0)
		return NULL;
	if (st.st_size <= 0 || (size_t)st.st_size > STATE_MAX || seals < 0 ||
	    (seals & F_SEAL_SHRINK) == 0) {
		errno = EPROTO;
		return NULL;
	}
	*ret_n = (size_t)st.st_size;
	p = mmap(NULL, *ret_n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

void
descriptors_keep(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fcntl(fds[i], F_SETFD, 0);
}

void
descriptors_close_on_exec(const int *fds, size_t n)
{
	/* One call for all there are; older kernels (before 5.11) need one for each. */
	if (syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	for (size_t i = 0; i < n; i++)
		fcntl(fds[i], F_SETFD, FD_CLOEXEC);
}

uint64_t
capabilities_now(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[CAP_V3_WORDS] = {0};

	if (syscall(SYS_capget, &header, caps) != 0)
		return 0;
	return (uint64_t)caps[1].effective << 32 | caps[0].effective;
}
