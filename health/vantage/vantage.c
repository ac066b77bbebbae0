/* SPDX-License-Identifier: BSD-2-Clause */
#include "vantage.h"

#include <edge/program.h>

bool
vantage_path(char *ret, const char *dir)
{
	return program_path(ret, dir, "vantage", ".sock");
}
