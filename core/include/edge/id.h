/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_ID_H
#define EDGE_ID_H

/*
 * id - 64-bit ids: a keyed hash (SipHash-2-4, Aumasson and Bernstein 2012) of an
 * object's full name, kind first.
 *
 * The id, never a position, keys board rows, notices and SNMP indices, so that a
 * reload which inserts a member renumbers nothing and a restart needs no state.
 * The key is a constant of the product: ids are names, not secrets.
 */
#include <stddef.h>
#include <stdint.h>

uint64_t id_hash(const void *octets, size_t n);

/* Full names, as in logs: "pool edge.contoso.net", "member edge.contoso.net/edge1",
 * "endpoint edge.contoso.net/edge1/external/131.107.155.10:443/tcp",
 * "listener edge.contoso.net/external/131.107.155.110:443/tcp". */
uint64_t id_of(const char *full_name);

/* The SNMP index of an object: 31 bits of its id, 1..2147483647.  The loader refuses a
 * configuration in which two objects share one. */
uint32_t id_snmp_index(uint64_t id);

#endif
