/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONF_LEX_H
#define CORE_CONF_LEX_H

/*
 * conf_lex - libconfig's tokens, cut from a text in memory.
 *
 * The rules are those of libconfig 1.5 to 1.7's scanner; where versions differ
 * (underscores in numbers, binary integers, @include), the stricter reading is taken.
 */
#include <stdbool.h>
#include <stddef.h>

enum conf_token_kind {
	CONF_TOKEN_END,
	CONF_TOKEN_NAME,
	CONF_TOKEN_EQUALS,
	CONF_TOKEN_COMMA,
	CONF_TOKEN_SEMICOLON,
	CONF_TOKEN_OPEN,  /* { ( [ */
	CONF_TOKEN_CLOSE, /* } ) ] */
	CONF_TOKEN_BOOL,
	CONF_TOKEN_INTEGER,
	CONF_TOKEN_INTEGER64, /* with a final L */
	CONF_TOKEN_FLOAT,
	CONF_TOKEN_STRING,
	CONF_TOKEN_OPEN_STRING,  /* a string the text ends in */
	CONF_TOKEN_OPEN_COMMENT, /* a comment the text ends in */
	CONF_TOKEN_GARBAGE,
};

struct conf_token {
	enum conf_token_kind kind;
	const char *at;
	size_t n;
	int line; /* where it begins */
};

struct conf_lexer {
	const char *at, *end;
	int line;
};

struct conf_token conf_lex(struct conf_lexer *l);

/* The first octets of a token, printable, for a message. */
#define CONF_LEX_SHOWN 32
const char *conf_lex_shown(const struct conf_token *t, char buf[CONF_LEX_SHOWN]);

/* True when the integer fits into 32 bits, with its sign. */
bool conf_lex_fits(const struct conf_token *t);

#endif
