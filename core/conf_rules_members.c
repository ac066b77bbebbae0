/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf_rules.h"

void
conf_rules_members(struct conf_rules *r)
{
	(void)r;
}
