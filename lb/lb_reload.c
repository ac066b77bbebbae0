/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lb_reload - another configuration, or none of it.
 *
 * Prepares everything that can fail (sockets, live objects, the host, a bigger board, the
 * view) and then swaps; on any failure the configuration before stands.  Sessions never
 * notice: they refer to live objects, which stay as long as they do.
 */
#include <errno.h>

#include <edge/conf.h>
#include <edge/diag.h>

#include "lb.h"

static void
remark_on_fixed(const struct lb *lb, const struct model *m, struct sbuf *why)
{
	if (m->lb.workers != (int)lb->n_workers)
		sbuf_addf(why,
		    "lb.workers: %d now, %d after the next restart: the number of "
		    "workers "
		    "is fixed for the life of the process\n",
		    (int)lb->n_workers, m->lb.workers);
	if (lb->n_workers > 1 && (m->lb.affinity_mask_v4 != lb->steer.bits[FAMILY_V4] ||
				     m->lb.affinity_mask_v6 != lb->steer.bits[FAMILY_V6]))
		sbuf_addf(why,
		    "lb: a changed affinity mask is in full effect after the next "
		    "restart only: clients stay with their worker\n");
}

/* Everything of @m that can fail.  The board goes last: it cannot be taken back. */
static int
prepare(struct lb *lb, struct model *m, struct view **ret, struct sbuf *why)
{
	bool had_kernel = lb->kernel != NULL;
	int err = lb_kernel_settle(lb, m, why);

	if (err != 0)
		return err;
	err = live_grow(&lb->live, m);

	if (err != 0)
		sbuf_addf(why, "no memory");
	if (err == 0)
		err = lb_open_listeners(lb, m, why);
	if (err == 0)
		err = keep_apply(&lb->keep, m, &lb->live, why);
	if (err == 0 && (*ret = lb_build(lb, m)) == NULL)
		err = -ENOMEM;
	if (err == 0)
		err = lb_kernel_prepare(lb, m, *ret, why);
	if (err == 0)
		err = lb_stats_replace(lb, m, why);
	if (err != 0) {
		lb_kernel_abort(lb);
		if (!had_kernel)
			lb_kernel_undo(lb);
		view_free(ret);
	}
	return err;
}

int
lb_reload(struct lb *lb, struct sbuf *why)
{
	struct model *m;
	struct view *v = NULL;
	int err;

	/* First, because whoever has renamed the file waits for it, whatever else is
	 * wrong. */
	lb_log_sessions(lb);
	if (!conf_load_said(lb->program.conf_file, DIAG_ERROR, &m, why))
		return -EINVAL;
	err = prepare(lb, m, &v, why);
	if (err != 0) {
		struct sbuf ignored;

		sbuf_addf(why, "\n");
		sbuf_init(&ignored, 4096);
		keep_apply(&lb->keep, lb->model, &lb->live, &ignored);
		sbuf_fini(&ignored);
		model_free(&m);
		lb_collect(lb); /* closes listeners that only @m wanted */
		return err;
	}
	lb_kernel_remark(lb, m, why);
	model_free(&lb->model);
	lb->model = m;
	lb_log_sessions(lb);
	live_want(&lb->live, m);
	lb_stats_adopt(lb);
	lb_kernel_commit(lb);
	lb_offer(lb, v);
	/* New endpoints have no state yet. */
	if (lb_look_at_health(lb))
		lb_publish(lb);
	remark_on_fixed(lb, m, why);
	lb_kernel_tell(lb, why);
	lb_remark_on_sources(m, why);
	lb_stats_write(lb);
	return 0;
}
