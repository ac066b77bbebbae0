/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_FUZZ_H
#define EDGE_FUZZ_H

/*
 * fuzz - what libFuzzer and replay.c call: one input, any octets at all.
 */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n);

#endif
