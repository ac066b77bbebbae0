/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_LEFT_H
#define LB_KERNEL_LEFT_H

/*
 * left - what edge-lb changed of this host and leaves while the kernel engine goes on
 * without it: settings (/proc/sys) and its table of the packet filter; and the engine.
 *
 * Of edge-lb, and of who detaches: without libnftables, and in every build.
 */
#include <stdbool.h>

#include <edge/sbuf.h>

#define LEFT_SETTING_MAX 96
#define LEFT_TABLE       "edgepool"

/* The maps of a kernel engine, and packets may go by them. */
bool left_engine(const char *pins);
/* Adds to @ret, a line each, where else than in @pins an engine of this @run_dir is left;
 * @used: this one is in @pins from now on.  0; or -errno: it cannot be remembered. */
int left_pins(const char *run_dir, const char *pins, bool used, struct sbuf *ret);

/* A setting below /proc/sys/net; @name has slashes, because an interface's name may have
 * dots.  0 or -errno. */
int left_setting_get(const char *name, int *ret);
/* Changes it, and remembers in a file of @run_dir what it was, so that a crash in between
 * does not lose it. */
int left_setting_change(const char *run_dir, const char *name, int from, int to);
/* Puts back all that was changed.  True when there was something. */
bool left_settings_restore(const char *run_dir);

/* The table goes, with all it translates.  0, also when there is none; or -errno. */
int left_table_remove(void);

#endif
