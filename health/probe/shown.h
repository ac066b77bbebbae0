/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_SHOWN_H
#define EDGE_PROBE_SHOWN_H

/*
 * shown - octets of a stranger as text that no terminal, log or reader can be fooled
 * with: printable ASCII, everything else as \xNN.  Pure.
 *
 * Not even valid UTF-8 passes: it can turn the writing direction, or carry controls.
 */
#include <stddef.h>
#include <stdint.h>

/* At most @size - 1 octets of text; "..." at its end where not all fits.  Returns @buf;
 * @size is 8 or more. */
char *shown_text(const void *octets, size_t n, char *buf, size_t size);
/* The same as hexadecimal digits. */
char *shown_hex(const void *octets, size_t n, char *buf, size_t size);

#endif
