/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_OCTETS_H
#define SIM_OCTETS_H

/*
 * octets - a growing run of octets: what has arrived, or waits to be sent.
 *
 * An empty one owns no memory, so thousands of idle connections cost nothing here.
 * Zero-initialised is valid.  Running out of memory aborts: this is a test program.
 */
#include <stddef.h>
#include <stdint.h>

struct octets {
	uint8_t *bytes;
	size_t len;
	size_t room;
};

void octets_append(struct octets *o, const void *bytes, size_t n);
void octets_printf(struct octets *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Drop the first @n. */
void octets_consume(struct octets *o, size_t n);
void octets_fini(struct octets *o);

#endif
