/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONF_FIELD_H
#define CORE_CONF_FIELD_H

/*
 * conf_field - a key's value and the field of the record it belongs in.
 */
#include <edge/sbuf.h>

#include "conf_value.h"

/* The value of a plain fallback text; false when the table names none. */
bool
conf_field_fallback(const struct conf_key *k, struct arena *a, struct conf_value *ret);
void conf_field_store(const struct conf_key *k, const struct conf_value *v, void *record);
/* Appends "name value" as canonical text: for the hash. */
void conf_field_dump(const struct conf_key *k, const void *record, struct sbuf *to);

#endif
