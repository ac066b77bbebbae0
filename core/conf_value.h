/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONF_VALUE_H
#define CORE_CONF_VALUE_H

/*
 * conf_value - one value, read from a setting and checked against its row of the table.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconfig.h>

#include <edge/arena.h>
#include <edge/model.h>

#include "conf_table.h"

#define CONF_WHY_MAX 384

struct conf_value {
	union {
		bool flag;
		int number;
		uint32_t count;
		uint16_t port;
		int64_t ns;
		double share;
		const char *text;
		struct addr addr;
		struct addrs addrs;
		struct member_address member;
		const void *list;
	} as;
	size_t n; /* of list */
};

/* Why a value was refused: "is 0: it takes ..., write ...", after the key's name. */
struct conf_why {
	int rule;
	char text[CONF_WHY_MAX];
};

/* Memory for texts and lists comes from @a.  False: @why says why. */
bool conf_value_read(const struct conf_key *k, const config_setting_t *s, struct arena *a,
    struct conf_value *ret, struct conf_why *why);
#endif
