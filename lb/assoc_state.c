/* SPDX-License-Identifier: BSD-2-Clause */
/* assoc_state - what an upgrade carries of an association. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <edge/base.h>

#include "assoc.h"
#include "assoc_table.h"

bool
assoc_save(struct seat *seat, struct saved_assoc *ret)
{
	const struct assoc *a = container_of(seat, struct assoc, seat);
	struct sockaddr_in6 in6 = {0};

	if (seat->end != assoc_end)
		return false;
	if (a->client.ss_family == AF_INET6)
		memcpy(&in6, &a->client, sizeof in6);
	*ret = (struct saved_assoc){
	    .fd = a->fd,
	    .answered = a->stage != ASSOC_UNANSWERED,
	    .kept = a->kept,
	    .idle_ns = a->idle_ns,
	    .scope = in6.sin6_scope_id,
	    .busy = !link_alone(&a->duty.link),
	};
	seat_save(seat, &ret->seat);
	return true;
}

static enum assoc_stage
stage_of(const struct saved_assoc *from)
{
	if (!from->answered)
		return ASSOC_UNANSWERED;
	return from->seat.timeout_ns == from->idle_ns + ASSOC_ANSWERED_ODD
		   ? ASSOC_ANSWERED
		   : ASSOC_SETTLED;
}

static void
client_restore(struct assoc *a, uint32_t scope)
{
	struct sockaddr_in6 in6;

	a->n_client = addr_to_sockaddr(&a->seat.source, a->seat.source_port, &a->client);
	if (a->client.ss_family != AF_INET6)
		return;
	memcpy(&in6, &a->client, sizeof in6);
	in6.sin6_scope_id = scope;
	memcpy(&a->client, &in6, sizeof in6);
}

int
assoc_restore(const struct saved_assoc *from, const struct restoring *r)
{
	struct assoc *a = calloc(1, sizeof *a);
	struct worker *w;

	if (a == NULL)
		return -ENOMEM;
	assoc_init(a);
	seat_restore(&a->seat, &from->seat, r, assoc_end, assoc_end);
	a->fd = from->fd;
	a->stage = stage_of(from);
	a->kept = from->kept;
	a->idle_ns = from->idle_ns;
	client_restore(a, from->scope);
	w = a->seat.gate->worker;
	if (assoc_find(w->assocs, a->seat.gate, &a->seat.source, a->seat.source_port))
		return -EEXIST;
	assoc_table_add(w->assocs, a);
	if (from->busy)
		worker_busy(w, &a->duty);
	return restoring_watch(r, w, a->fd, &a->watch);
}
