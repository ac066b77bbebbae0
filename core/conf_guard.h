/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONF_GUARD_H
#define CORE_CONF_GUARD_H

/*
 * conf_guard - reads the text as libconfig will, before libconfig does.
 *
 * It keeps the limits libconfig has none for (names in a group, elements, depth, length
 * of tokens, integers beyond 32 bits, which it wraps silently) and refuses every syntax
 * error with a sentence an administrator understands.  What passes here, libconfig reads
 * without an error, in time linear in the text.
 */
#include <stdbool.h>

#include "conf_text.h"

#define CONF_NAMES_MAX    256    /* in one group: libconfig looks each up in a line */
#define CONF_ELEMENTS_MAX 1024   /* in one list or array */
#define CONF_VALUES_MAX   100000 /* in all; 64 pools of 20 members come to 35 000 */
#define CONF_DEPTH_MAX    16
#define CONF_NAME_MAX     64
#define CONF_STRING_MAX   4096 /* PATH_MAX */

/* False after one error in @diags. */
bool conf_guard(const struct conf_text *t, struct diags *diags);

#endif
