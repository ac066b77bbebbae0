/* SPDX-License-Identifier: BSD-2-Clause */
#include "state_saved.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edge/model.h>

/* --- reading ------------------------------------------------------------------------ */

/* Room for one more of @size octets; doubling happens where n is a power of two. */
static void *
grown(void *array, size_t n, size_t size)
{
	void *p = array, *bigger;

	if (n == 0 || (n & (n - 1)) == 0) {
		bigger = realloc(p, (n == 0 ? 1 : 2 * n) * size);
		if (bigger == NULL)
			return NULL;
		p = bigger;
	}
	memset((char *)p + n * size, 0, size);
	return p;
}

/* One more of a kind: makes room, reads it, counts it. */
#define READ_ONE(array, count, record)                                                   \
	do {                                                                             \
		void *p = grown(array, count, sizeof *(array));                          \
		if (p == NULL)                                                           \
			return -ENOMEM;                                                  \
		(array) = p;                                                             \
		record(c, &(array)[(count)++]);                                          \
	} while (0)

static int
read_record(struct saved *s, struct codec *c, uint16_t type, struct saved_end *ret_end)
{
	switch ((enum record)type) {
	case RECORD_PROCESS:
		if (s->process.workers != 0)
			return -EPROTO;
		record_process(c, &s->process);
		return 0;
	case RECORD_LISTENER:
		READ_ONE(s->listeners, s->n.listeners, record_listener);
		return 0;
	case RECORD_ENDPOINT:
		READ_ONE(s->endpoints, s->n.endpoints, record_endpoint);
		return 0;
	case RECORD_AFFINITY:
		READ_ONE(s->affinities, s->n.affinities, record_affinity);
		return 0;
	case RECORD_SESSION:
		READ_ONE(s->sessions, s->n.sessions, record_session);
		return 0;
	case RECORD_ASSOC:
		READ_ONE(s->assocs, s->n.assocs, record_assoc);
		return 0;
	case RECORD_END:
		record_end(c, ret_end);
		return 0;
	}
	return -EOPNOTSUPP;
}

static int
read_all(struct saved *s, struct codec *c, struct sbuf *why)
{
	struct saved_end end = {0};
	uint16_t type = 0, last = 0;

	while (codec_next(c, &type)) {
		int err = read_record(s, c, type, &end);

		if (last == RECORD_END || (last == 0) != (type == RECORD_PROCESS))
			err = -EPROTO;
		if (err == -EOPNOTSUPP)
			sbuf_addf(why,
			    "the state has a record of type %u, which this "
			    "program does not know",
			    type);
		if (err != 0)
			return err;
		last = type;
		if (!codec_finished(c))
			break;
	}
	if (c->failed || last != RECORD_END || memcmp(&end, &s->n, sizeof end) != 0)
		return -EPROTO;
	return 0;
}

/* --- consistent? ---------------------------------------------------------------------
 */

static int
int_compare(const void *pa, const void *pb)
{
	const int *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

int *
saved_descriptors(const struct saved *s, size_t *ret_n)
{
	size_t n = 2 * (size_t)s->n.sessions + s->n.assocs + s->process.workers, at = 0;
	int *fds;

	for (uint32_t i = 0; i < s->n.listeners; i++)
		n += s->listeners[i].n_fds;
	fds = calloc(n + 1, sizeof *fds);
	if (fds == NULL)
		return NULL;
	for (uint32_t w = 0; w < s->process.workers; w++)
		if (s->process.watched[w].fd >= 0)
			fds[at++] = s->process.watched[w].fd;
	for (uint32_t i = 0; i < s->n.listeners; i++)
		for (uint32_t w = 0; w < s->listeners[i].n_fds; w++)
			fds[at++] = s->listeners[i].fds[w];
	for (uint32_t i = 0; i < s->n.sessions; i++) {
		fds[at++] = s->sessions[i].client.fd;
		if (s->sessions[i].member.fd >= 0)
			fds[at++] = s->sessions[i].member.fd;
	}
	for (uint32_t i = 0; i < s->n.assocs; i++)
		fds[at++] = s->assocs[i].fd;
	*ret_n = at;
	return fds;
}

static int
check_descriptors(const struct saved *s)
{
	size_t n;
	int *fds = saved_descriptors(s, &n), err = 0;

	if (fds == NULL)
		return -ENOMEM;
	qsort(fds, n, sizeof *fds, int_compare);
	for (size_t i = 0; i < n; i++)
		if (fds[i] <= 2 || (i > 0 && fds[i] == fds[i - 1]))
			err = -EPROTO;
	free(fds);
	return err;
}

static bool
seat_is_sound(const struct saved *s, const struct saved_seat *seat, enum proto proto)
{
	bool listener = false, endpoint = seat->endpoint == 0;

	for (uint32_t i = 0; i < s->n.listeners && !listener; i++)
		listener = s->listeners[i].id == seat->listener &&
			   s->listeners[i].proto == proto &&
			   (proto == PROTO_TCP || s->listeners[i].n_fds != 0);
	for (uint32_t i = 0; i < s->n.endpoints && !endpoint; i++)
		endpoint = s->endpoints[i].id == seat->endpoint &&
			   s->endpoints[i].proto == proto;
	return listener && endpoint && seat->worker < s->process.workers;
}

static int
check(const struct saved *s)
{
	for (uint32_t i = 0; i < s->n.listeners; i++) {
		const struct saved_listener *l = &s->listeners[i];

		if (l->n_fds != 0 && l->n_fds != s->process.workers)
			return -EPROTO;
		for (uint32_t k = 0; k < i; k++)
			if (s->listeners[k].id == l->id)
				return -EPROTO;
	}
	for (uint32_t i = 0; i < s->n.endpoints; i++)
		for (uint32_t k = 0; k < i; k++)
			if (s->endpoints[k].id == s->endpoints[i].id)
				return -EPROTO;
	for (uint32_t i = 0; i < s->n.affinities; i++)
		if (s->affinities[i].worker >= s->process.workers)
			return -EPROTO;
	for (uint32_t i = 0; i < s->n.sessions; i++)
		if (!seat_is_sound(s, &s->sessions[i].seat, PROTO_TCP) ||
		    (s->sessions[i].stage == STAGE_WAITING) !=
			(s->sessions[i].seat.endpoint == 0))
			return -EPROTO;
	for (uint32_t i = 0; i < s->n.assocs; i++)
		if (!seat_is_sound(s, &s->assocs[i].seat, PROTO_UDP) ||
		    s->assocs[i].seat.endpoint == 0)
			return -EPROTO;
	return check_descriptors(s);
}

int
saved_read(struct saved *s, const uint8_t *octets, size_t n, struct sbuf *why)
{
	struct codec c;
	int err = codec_read(&c, octets, n);

	*s = (struct saved){0};
	if (err == -EPROTONOSUPPORT)
		sbuf_addf(why,
		    "the state has version %u; this program reads %u to %u: it is %s",
		    c.version, STATE_VERSION_OLDEST, state_version,
		    c.version > state_version ? "older than the one that runs"
					      : "too new for the one that runs");
	if (err == 0)
		err = read_all(s, &c, why);
	if (err == 0)
		err = check(s);
	if (err != 0 && why->length == 0)
		sbuf_addf(why, "the state cannot be read: %s",
		    err == -ENOMEM ? strerror(ENOMEM) : "it is damaged");
	if (err != 0)
		saved_fini(s);
	return err;
}

void
saved_fini(struct saved *s)
{
	free(s->listeners);
	free(s->endpoints);
	free(s->affinities);
	free(s->sessions);
	free(s->assocs);
	*s = (struct saved){0};
}
