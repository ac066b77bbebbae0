/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vip_view - counting outcomes and disagreements.  No socket, no loop, no clock, no log.
 */
#include "vip_view.h"

void
vip_view_init(struct vip_view *v)
{
	*v = (struct vip_view){.seen = VIP_NOT_MEASURED};
}

void
vip_view_lose(struct vip_view *v)
{
	vip_view_init(v);
}

bool
vip_view_fault(struct vip_view *v, int fall)
{
	if (++v->faults < fall)
		return false;
	vip_view_lose(v);
	return true;
}

static int
longer(int run, bool same)
{
	if (!same)
		return 1;
	return run < INT32_MAX ? run + 1 : run;
}

static void
compare(struct vip_view *v, bool ok, enum vip_direct direct, int rise, int fall)
{
	bool apart = ok != (direct == DIRECT_UP);

	if (direct == DIRECT_UNSETTLED)
		return;
	v->row = longer(v->row, v->apart_now == apart);
	v->apart_now = apart;
	if (v->row >= (apart ? fall : rise))
		v->disagrees = apart;
}

void
vip_view_feed(struct vip_view *v, bool ok, enum reason reason, uint64_t detail,
    enum vip_direct direct, int rise, int fall)
{
	v->faults = 0;
	v->run = longer(v->run, v->run_ok == ok);
	v->run_ok = ok;
	v->reason = reason;
	v->detail = detail;
	if (ok && (v->run >= rise || v->seen == VIP_NOT_MEASURED))
		v->seen = VIP_OK;
	if (!ok && v->run >= fall)
		v->seen = VIP_FAILING;
	compare(v, ok, direct, rise, fall);
}
