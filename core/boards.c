/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boards - names, shapes and rows of the three boards, from their tables.
 */
#include <edge/boards.h>

#include <stdlib.h>

#include <edge/base.h>
#include <edge/state.h>

#define HEALTH_BOARD_ABI 1
#define LB_BOARD_ABI     1
#define DNS_BOARD_ABI    1

const struct board_spec health_board_spec = {"health", HEALTH_BOARD_ABI, HEALTH_FIELDS};
const struct board_spec lb_board_spec = {"lb", LB_BOARD_ABI, LB_FIELDS};
const struct board_spec dns_board_spec = {"dns", DNS_BOARD_ABI, DNS_FIELDS};

WORDS_DEFINE(vip, VIPS, VIP_WORDS);

static const char *const health_field_words[] = {
#define FIELD(id, word, nature, on, text) word,
#include <edge/tbl/health_fields.h>
};

static const char *const lb_field_words[] = {
#define FIELD(id, word, nature, on, text) word,
#include <edge/tbl/lb_fields.h>
};

static const char *const dns_field_words[] = {
#define FIELD(id, word, nature, on, text) word,
#include <edge/tbl/dns_fields.h>
};

const char *
health_field_word(enum health_field f)
{
	return (unsigned)f < countof(health_field_words) ? health_field_words[f] : NULL;
}

const char *
lb_field_word(enum lb_field f)
{
	return (unsigned)f < countof(lb_field_words) ? lb_field_words[f] : NULL;
}

const char *
dns_field_word(enum dns_field f)
{
	return (unsigned)f < countof(dns_field_words) ? dns_field_words[f] : NULL;
}

static void
row_put(struct board_row_spec *rows, size_t *n, uint64_t id, enum board_row_kind kind)
{
	rows[(*n)++] = (struct board_row_spec){.id = id, .kind = kind};
}

struct board_row_spec *
health_board_rows(const struct model *m, size_t *ret_n)
{
	size_t most = m->n_pools * (1 + MODEL_MEMBERS_MAX) + model_count_endpoints(m) +
		      model_count_listeners(m),
	       n = 0;
	struct board_row_spec *rows = calloc(most + 1, sizeof *rows);

	if (rows == NULL)
		return NULL;
	for (size_t p = 0; p < m->n_pools; p++) {
		const struct pool *pool = &m->pools[p];

		row_put(rows, &n, pool->id, ROW_POOL);
		for (size_t i = 0; i < pool->n_members; i++)
			row_put(rows, &n, pool->members[i].id, ROW_MEMBER);
		for (size_t i = 0; i < pool->n_endpoints; i++)
			row_put(rows, &n, pool->endpoints[i].id, ROW_ENDPOINT);
		for (size_t i = 0; i < pool->n_listeners; i++)
			row_put(rows, &n, pool->listeners[i].id, ROW_LISTENER);
	}
	*ret_n = n;
	return rows;
}

struct board_row_spec *
lb_board_rows(const struct model *m, size_t *ret_n)
{
	size_t most = 1 + model_count_listeners(m) + model_count_endpoints(m), n = 0;
	struct board_row_spec *rows = calloc(most, sizeof *rows);

	if (rows == NULL)
		return NULL;
	row_put(rows, &n, BOARD_PROCESS_ID, ROW_PROCESS);
	for (size_t p = 0; p < m->n_pools; p++) {
		const struct pool *pool = &m->pools[p];

		for (size_t i = 0; i < pool->n_listeners; i++)
			row_put(rows, &n, pool->listeners[i].id, ROW_LISTENER);
		for (size_t i = 0; i < pool->n_endpoints; i++)
			row_put(rows, &n, pool->endpoints[i].id, ROW_ENDPOINT);
	}
	*ret_n = n;
	return rows;
}

struct state
health_state(const struct board_reader *r, uint64_t id, const struct pool *pool)
{
	size_t row = board_reader_find(r, id);
	uint64_t word =
	    row == BOARD_NO_ROW ? 0 : board_reader_load(r, row, HEALTH_FIELD_STATE);

	if (word != 0)
		return state_unpack(word);
	return (struct state){
	    .health = HEALTH_UNKNOWN,
	    .admin = ADMIN_ENABLED,
	    .flags = pool->health.assume == ASSUME_UP ? STATE_ASSUMED : 0,
	};
}
