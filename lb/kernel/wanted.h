/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_WANTED_H
#define LB_KERNEL_WANTED_H

/*
 * wanted - what the packet path shall do, as edge-lb says it: no row, no index.
 *
 * Made anew of the model and the view for each change, and thrown away after the call;
 * what it points to need live no longer.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/addr.h>
#include <edge/model.h>

#include "maps.h"

struct kernel_choice {
	uint64_t id, member_id;
	struct addr addr;
	uint16_t port;
	enum km_use use;
	uint32_t weight; /* 1..256 */
	uint16_t share;  /* per mille of it; 1000 but in a slow start */
	bool backup;
};

struct kernel_listener {
	uint64_t id;
	const char *full_name;
	struct addr addr;
	uint16_t port;
	enum proto proto;
	enum service_kind service; /* a rate is of member and service */
	uint32_t flags;            /* KM_LISTENER_TUPLE, KM_LISTENER_DIRECT */
	int64_t idle_ns;
	uint32_t domain; /* of affinity; 0: none */
	uint32_t sessions_max, sessions_per_member_max, rate_per_member;
	const struct prefix *allow, *deny;
	size_t n_allow, n_deny;
	struct kernel_choice choices[MODEL_MEMBERS_MAX];
	size_t n_choices;
};

/* What has a listener of the relay now, and may have flows of before. */
struct kernel_other {
	uint64_t id;
	enum km_use use;
};

struct kernel_wanted {
	struct kernel_other *others;
	size_t n_others;
	int64_t half_close_ns, affinity_ns;
	uint8_t mask_v4, mask_v6; /* bits */
	size_t n_listeners;
	struct kernel_listener listeners[];
};

#endif
