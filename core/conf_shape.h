/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONF_SHAPE_H
#define CORE_CONF_SHAPE_H

/*
 * conf_shape - texts with a grammar of their own: names, addresses, networks, OIDs.
 */
#include "conf_value.h"

/* *ret is in lower case, in @a.  False: @why says why, and that it is R10. */
bool conf_shape_fqdn(
    const char *text, struct arena *a, const char **ret, struct conf_why *why);
bool conf_shape_label(const char *text);
bool conf_shape_oid(const char *text);
bool conf_shape_addr(const char *text, struct addr *ret, struct conf_why *why);
bool conf_shape_prefix(const char *text, struct prefix *ret, struct conf_why *why);

#endif
