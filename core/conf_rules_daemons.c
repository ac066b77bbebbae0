/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf_rules.h"

void
conf_rules_daemons(struct conf_load *l)
{
	(void)l;
}
