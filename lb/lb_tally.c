/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lb_tally - what the kernel engine counted, among what the relay did.
 *
 * A listener may move from one engine to the other and back: there is one counter for
 * both, which only grows.  What came in the kernel since the last second is added to the
 * base of the live object; what the board will say is kept beside the maps first, so that
 * whoever finds them after a kill goes on exactly there (tally.h).
 *
 * A member that refuses what the kernel sends it, or is silent about it, is evidence, as
 * in the relay; once a second, which is less often than there.
 */
#include <string.h>

#include <edge/clock.h>
#include <edge/log.h>
#include <edge/notice.h>

#include "lb.h"

#define SILENT_TOLD 3 /* seconds of picks without any answer */

static const char *const on[LB_FIELDS] = {
#define FIELD(id, word, nature, on, text) [LB_FIELD_##id] = on,
#include <edge/tbl/lb_fields.h>
};

/* Adds what is new of @row to @base; @total is what the object has counted in all. */
static void
count_in(struct tally *t, const struct tally_row *row, char kind,
    uint64_t base[LB_FIELDS], const uint64_t total[LB_FIELDS], bool *known)
{
	uint64_t now[LB_FIELDS];
	bool found;

	memcpy(now, total, sizeof now);
	found = !*known && tally_found(t, row, now);
	*known = true;
	for (unsigned f = 0; f < LB_FIELDS; f++) {
		bool ours = tally_has((enum lb_field)f) && strchr(on[f], kind) != NULL;

		if (!ours)
			now[f] = total[f];
		else if (!found)
			now[f] += row->delta[f];
		base[f] += now[f] - total[f];
	}
	tally_keep(t, row, now);
}

static void
count_listener(struct lb *lb, struct tally *t, struct live_listener *x)
{
	const struct tally_row *row = tally_listener(t, x->id);
	uint64_t total[LB_FIELDS];

	x->flows = row != NULL ? row->sessions : 0;
	if (row == NULL)
		return;
	for (unsigned f = 0; f < LB_FIELDS; f++)
		total[f] = live_listener_sum(&lb->live, x, (enum lb_field)f);
	count_in(t, row, 'L', x->base, total, &x->tallied);
}

/* --- evidence --- */

static void
tell(const struct lb *lb, const struct live_endpoint *x, enum reason reason)
{
	if (lb->sender_fd >= 0)
		notice_send(lb->sender_fd, lb->program.run_dir, "health", NOTICE_EVIDENCE,
		    x->id, (uint64_t)reason);
}

static void
look_for_evidence(struct lb *lb, const struct tally_row *row, struct live_endpoint *x)
{
	bool silent = row->delta[LB_FIELD_PACKETS_OUT] == 0;

	if (row->delta[LB_FIELD_CONNECT_FAILURES] > 0)
		tell(lb, x, REASON_CONNECT_REFUSED);
	/* A datagram that means nothing is rightly not answered. */
	if (x->proto != PROTO_TCP || !silent)
		x->unanswered = 0;
	else if (row->delta[LB_FIELD_PICKS] > 0 || x->unanswered > 0)
		x->unanswered++;
	if (x->unanswered < SILENT_TOLD)
		return;
	x->unanswered = 0;
	tell(lb, x, REASON_CONNECT_TIMEOUT);
}

static void
count_endpoint(struct lb *lb, struct tally *t, struct live_endpoint *x)
{
	const struct tally_row *row = tally_endpoint(t, x->id);
	uint64_t total[LB_FIELDS];

	x->flows = row != NULL ? row->sessions : 0;
	if (row == NULL)
		return;
	for (unsigned f = 0; f < LB_FIELDS; f++)
		total[f] = live_endpoint_sum(&lb->live, x, (enum lb_field)f);
	count_in(t, row, 'E', x->base, total, &x->tallied);
	look_for_evidence(lb, row, x);
}

void
lb_tally(struct lb *lb)
{
	struct tally *t = lb->kernel != NULL ? kernel_count(lb->kernel) : NULL;
	const struct tally_row *process;
	uint64_t total[LB_FIELDS];

	if (t == NULL)
		return;
	for (size_t i = 0; i < lb->live.n_listeners; i++)
		count_listener(lb, t, lb->live.listeners[i]);
	for (size_t i = 0; i < lb->live.n_endpoints; i++)
		count_endpoint(lb, t, lb->live.endpoints[i]);
	process = tally_listener(t, BOARD_PROCESS_ID);
	lb_stats_sums(lb, total);
	count_in(t, process, 'S', lb->base, total, &lb->tallied);
	lb->flows = process->sessions;
}
