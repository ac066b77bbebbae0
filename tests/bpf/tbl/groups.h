/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: groups of rows.
 *
 * GROUP(name, about)   its rows are in rows_NAME.c; ctest runs it as bpf.NAME
 */
GROUP(direct, "packets that are none of ours")
#undef GROUP
