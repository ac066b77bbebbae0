/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_HOST_H
#define LB_HOST_H

/*
 * host - the settings of this machine that kept client sources need.
 *
 *   ip_forward, forwarding   members answer through us, and reach the world through us
 *   rp_filter                not strict (1): answers come from where clients are not
 *   send_redirects           off: they would tell members a way past the balancer
 *   lo/accept_local          set where the kernel engine may need it, never demanded
 *
 * Checked at start and reload.  With lb.manage_host they are set, and restored at an
 * orderly end; what they were is kept in a file of the run directory, so that a crash in
 * between does not lose it.
 */
#include <stdbool.h>

#include <edge/model.h>
#include <edge/sbuf.h>

/* 0, or -errno with one sentence in @why that names every setting to change. */
int host_prepare(const struct model *m, const char *run_dir, struct sbuf *why);
/* The address this host speaks to @to from, which is the gateway @to should have. */
bool host_address_towards(const struct addr *to, struct addr *ret);
/* Puts back what host_prepare() changed. */
void host_restore(const char *run_dir);

#endif
