/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_POSSIBLE_H
#define LB_KERNEL_POSSIBLE_H

/* possible - what else this host tells of itself than what it lacks (kernel.h). */

/* One more than the highest number a CPU may have, of a list as "0-3,8-11": some hosts
 * leave numbers out, and counting the CPUs is then not enough.  Or -EINVAL. */
int possible_cpu_end(const char *list);
/* The same of this host; or -errno. */
int possible_cpu_numbers(void);

#endif
