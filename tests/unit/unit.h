/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_UNIT_H
#define EDGE_TESTS_UNIT_H

/*
 * unit - what cmocka needs before its own header, and the few things every test uses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <edge/base.h>

#endif
