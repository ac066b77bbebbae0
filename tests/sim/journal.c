/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal.  A line is one write, so a reader never sees half of one.
 */
#include "journal.h"

#include "address.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
journal_open(struct journal *j, const char *path, uint64_t lines, const char *name)
{
	*j = (struct journal){.fd = -1, .left = lines, .name = name};
	if (path == NULL)
		return 0;
	j->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	return j->fd < 0 ? -errno : 0;
}

void
journal_close(struct journal *j)
{
	if (j->fd >= 0)
		close(j->fd);
	j->fd = -1;
}

static void
put_line(struct journal *j, const char *line, int n)
{
	/* A full disk is not the member's illness: it goes on without a journal. */
	if (write(j->fd, line, (size_t)n) != n)
		journal_close(j);
}

void
journal_put(struct journal *j, enum kind k, const struct sockaddr_storage *peer,
    const struct sockaddr_storage *local)
{
	char line[512], peer_text[ADDRESS_TEXT], local_text[ADDRESS_TEXT];

	if (j->fd < 0)
		return;
	if (j->left-- == 0) {
		put_line(j, line, snprintf(line, sizeof line, "{\"full\":true}\n"));
		journal_close(j);
		return;
	}
	put_line(j, line,
	    snprintf(line, sizeof line,
		"{\"member\":\"%s\",\"service\":\"%s\",\"peer\":\"%s\",\"local\":\"%s\"}"
		"\n",
		j->name, kind_word(k), address_format(peer, peer_text),
		address_format(local, local_text)));
}
