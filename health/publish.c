/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish - the health board and the notices around it.
 */
#include "publish.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <edge/base.h>
#include <edge/notice.h>

static const char *const readers[] = {"lb", "dnslb", "snmp"};

static void
tell(struct publish *p, enum notice_kind kind, uint64_t id, uint64_t word)
{
	for (size_t i = 0; i < countof(readers); i++)
		(void)notice_send(p->notice_fd, p->run_dir, readers[i], kind, id, word);
}

int
publish_open(struct publish *p, const char *run_dir, const struct model *model)
{
	struct board_row_spec *rows;
	size_t n;
	int err;

	*p = (struct publish){.notice_fd = -1, .run_dir = run_dir};
	rows = health_board_rows(model, &n);
	if (rows == NULL)
		return -ENOMEM;
	err = board_create(run_dir, &health_board_spec, rows, n, model->hash, &p->board);
	free(rows);
	if (err != 0)
		return err;
	p->notice_fd = notice_sender_open();
	if (p->notice_fd < 0) {
		err = p->notice_fd;
		publish_close(p);
		return err;
	}
	tell(p, NOTICE_BOARD, 0, 0);
	return 0;
}

int
publish_replace(struct publish *p, const struct model *model)
{
	size_t n;
	struct board_row_spec *rows = health_board_rows(model, &n);
	int err;

	if (rows == NULL)
		return -ENOMEM;
	err = board_replace(&p->board, rows, n, model->hash);
	free(rows);
	if (err == 0)
		tell(p, NOTICE_BOARD, 0, 0);
	return err;
}

void
publish_close(struct publish *p)
{
	board_close(&p->board);
	if (p->notice_fd >= 0)
		close(p->notice_fd);
	p->notice_fd = -1;
}

void
publish_state(struct publish *p, size_t row, uint64_t id, const struct state *state)
{
	uint64_t word = state_pack(state);

	board_store(p->board, row, HEALTH_FIELD_STATE, word);
	tell(p, NOTICE_STATE, id, word);
}

struct state
publish_last(const struct publish *p, size_t row)
{
	return state_unpack(board_load(p->board, row, HEALTH_FIELD_STATE));
}
