/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SNMP_ADMIN_H
#define EDGE_SNMP_ADMIN_H

/*
 * admin - what an administrator wants of a member goes to edge-health, who decides.
 *
 * A SET must be answered before the master gives up on us, so each call waits for a
 * fraction of a second and no more.
 */
#include <stdbool.h>
#include <stddef.h>

#include <edge/model.h>
#include <edge/state.h>

/* The request for edge-health's control socket; false when it does not fit. */
bool admin_request(char *ret, size_t size, const struct member *m, enum admin admin);
/* Whether edge-health answers. */
bool admin_is_ready(const char *run_dir);
/* 0 once edge-health has accepted it, -errno as ctl_call(), whose text goes to @answer.
 */
int admin_apply(const char *run_dir, const struct member *m, enum admin admin,
    char *answer, size_t size);

#endif
