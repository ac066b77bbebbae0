/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_PLACES_H
#define LB_KERNEL_PLACES_H

/*
 * places - `vips` and `members`: from addresses and ports to the rows that are in use.
 *
 * Made of the rows themselves, so that they cannot say anything else.
 */
#include <stdbool.h>

#include "object.h"

/* @gone: rows that are about to be free, which nothing leads to from now on. */
void places_vips(const struct object *o, const bool gone[KM_LISTENERS]);
void places_members(const struct object *o, const bool gone[KM_ENDPOINTS]);

#endif
