/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONF_PHRASE_H
#define CORE_CONF_PHRASE_H

/*
 * conf_phrase - what a key takes and how it is written, for messages and the manual.
 */
#include "conf_table.h"

/* "a whole number from 1 to 64" */
const char *conf_phrase_takes(const struct conf_key *k, char *buf, size_t size);
/* "workers = 1" */
const char *conf_phrase_example(const struct conf_key *k, char *buf, size_t size);

#endif
