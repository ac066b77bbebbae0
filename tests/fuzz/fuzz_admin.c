/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file of admin states as anything might have left it; what is read is written back and
 * read again the same.
 */
#include <assert.h>

#include "admin_list.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct admin_list first, second;
	struct sbuf text;
	char why[128];

	if (admin_list_parse(&first, (const char *)octets, n, why, sizeof why) != 0)
		return 0;
	sbuf_init(&text, ADMIN_LIST_TEXT_MAX);
	admin_list_write(&first, &text);
	assert(!text.failed);
	assert(admin_list_parse(&second, sbuf_text(&text), text.length, why, sizeof why) == 0);
	assert(second.n == first.n);
	sbuf_fini(&text);
	admin_list_fini(&first);
	admin_list_fini(&second);
	return 0;
}
