/* SPDX-License-Identifier: BSD-2-Clause */
#include "rights.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAP_V3_WORDS 2

void
rights_keep(uint32_t keep)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[CAP_V3_WORDS];

	if (syscall(SYS_capget, &header, caps) != 0)
		return;
	for (int i = 0; i < CAP_V3_WORDS; i++) {
		caps[i].permitted &= i == 0 ? keep : 0;
		caps[i].effective = caps[i].permitted;
		caps[i].inheritable = 0;
	}
	syscall(SYS_capset, &header, caps);
}
