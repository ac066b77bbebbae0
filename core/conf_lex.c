/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_lex - cuts a text into libconfig's tokens.
 */
#include "conf_lex.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* ctype.h follows the locale; a configuration does not. */
static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_name_more(char c)
{
	return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '*';
}

static char
peek(const struct conf_lexer *l, size_t i)
{
	return (size_t)(l->end - l->at) > i ? l->at[i] : '\0';
}

/* Skips blanks and comments.  False when a comment is still open at the end: @ret is then
 * the token for it. */
static bool
skip_blanks(struct conf_lexer *l, struct conf_token *ret)
{
	while (l->at < l->end) {
		char c = *l->at;

		if (c == '\n') {
			l->line++;
			l->at++;
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
			l->at++;
		} else if (c == '#' || (c == '/' && peek(l, 1) == '/')) {
			while (l->at < l->end && *l->at != '\n')
				l->at++;
		} else if (c == '/' && peek(l, 1) == '*') {
			*ret = (struct conf_token){
			    CONF_TOKEN_OPEN_COMMENT, l->at, 2, l->line};
			l->at += 2;
			while (l->at < l->end && !(*l->at == '*' && peek(l, 1) == '/'))
				l->line += *l->at++ == '\n';
			if (l->at == l->end)
				return false;
			l->at += 2;
		} else {
			return true;
		}
	}
	return true;
}

static size_t
digits(const struct conf_lexer *l, size_t i)
{
	size_t n = 0;

	while (is_digit(peek(l, i + n)))
		n++;
	return n;
}

/* The length of an exponent at @i, 0 if there is none. */
static size_t
exponent(const struct conf_lexer *l, size_t i)
{
	size_t sign = peek(l, i + 1) == '-' || peek(l, i + 1) == '+' ? 1 : 0, n;

	if (peek(l, i) != 'e' && peek(l, i) != 'E')
		return 0;
	n = digits(l, i + 1 + sign);
	return n > 0 ? 1 + sign + n : 0;
}

/* Longest match, as flex does: hexadecimal, float, integer. */
static enum conf_token_kind
lex_number(const struct conf_lexer *l, size_t *ret_n)
{
	size_t i = peek(l, 0) == '-' || peek(l, 0) == '+' ? 1 : 0;
	size_t whole = digits(l, i), e;

	if (i == 0 && peek(l, 0) == '0' && (peek(l, 1) == 'x' || peek(l, 1) == 'X') &&
	    is_hex(peek(l, 2))) {
		for (i = 2; is_hex(peek(l, i)); i++)
			;
		*ret_n = i;
		if (peek(l, i) != 'L')
			return CONF_TOKEN_INTEGER;
		*ret_n += peek(l, i + 1) == 'L' ? 2 : 1;
		return CONF_TOKEN_INTEGER64;
	}
	i += whole;
	if (peek(l, i) == '.' && whole + digits(l, i + 1) > 0) {
		i += 1 + digits(l, i + 1);
		*ret_n = i + exponent(l, i);
		return CONF_TOKEN_FLOAT;
	}
	if (whole == 0)
		return CONF_TOKEN_GARBAGE;
	e = exponent(l, i);
	*ret_n = i + e;
	if (e > 0)
		return CONF_TOKEN_FLOAT;
	if (peek(l, i) != 'L')
		return CONF_TOKEN_INTEGER;
	*ret_n += peek(l, i + 1) == 'L' ? 2 : 1;
	return CONF_TOKEN_INTEGER64;
}

/* The opening quote is at l->at; the token's text is what stands between the quotes. */
static struct conf_token
lex_string(struct conf_lexer *l)
{
	struct conf_token t = {CONF_TOKEN_OPEN_STRING, l->at + 1, 0, l->line};

	for (l->at++; l->at < l->end && *l->at != '"'; l->at++) {
		if (*l->at == '\\' && (peek(l, 1) == '\\' || peek(l, 1) == '"'))
			l->at++;
		l->line += *l->at == '\n';
	}
	t.n = (size_t)(l->at - t.at);
	if (l->at == l->end)
		return t;
	l->at++;
	t.kind = CONF_TOKEN_STRING;
	return t;
}

struct conf_token
conf_lex(struct conf_lexer *l)
{
	struct conf_token t = {0};
	char c;

	if (!skip_blanks(l, &t))
		return t;
	t = (struct conf_token){CONF_TOKEN_END, l->at, 0, l->line};
	if (l->at == l->end)
		return t;
	c = *l->at;
	if (c == '"')
		return lex_string(l);
	t.n = 1;
	if (c == '=' || c == ':') {
		t.kind = CONF_TOKEN_EQUALS;
	} else if (c == ',') {
		t.kind = CONF_TOKEN_COMMA;
	} else if (c == ';') {
		t.kind = CONF_TOKEN_SEMICOLON;
	} else if (strchr("{([", c) != NULL) {
		t.kind = CONF_TOKEN_OPEN;
	} else if (strchr("})]", c) != NULL) {
		t.kind = CONF_TOKEN_CLOSE;
	} else if (is_letter(c) || c == '*') {
		while (is_name_more(peek(l, t.n)))
			t.n++;
		t.kind = CONF_TOKEN_NAME;
		if ((t.n == 4 && strncasecmp(t.at, "true", 4) == 0) ||
		    (t.n == 5 && strncasecmp(t.at, "false", 5) == 0))
			t.kind = CONF_TOKEN_BOOL;
	} else if (is_digit(c) || c == '+' || c == '-' || c == '.') {
		t.kind = lex_number(l, &t.n);
	} else {
		t.kind = CONF_TOKEN_GARBAGE;
	}
	l->at += t.n;
	return t;
}

const char *
conf_lex_shown(const struct conf_token *t, char buf[CONF_LEX_SHOWN])
{
	size_t n = 0;

	for (; n < t->n && n < 24; n++)
		buf[n] = t->at[n] >= ' ' && t->at[n] < 127 ? t->at[n] : '?';
	memcpy(buf + n, t->n > n ? "..." : "", t->n > n ? 4 : 1);
	return buf;
}

bool
conf_lex_fits(const struct conf_token *t)
{
	bool negative = *t->at == '-', hex;
	size_t i = negative || *t->at == '+' ? 1 : 0;
	int64_t value = 0;

	hex = t->n > i + 1 && (t->at[i + 1] == 'x' || t->at[i + 1] == 'X');
	for (i += hex ? 2 : 0; i < t->n && t->at[i] != 'L'; i++) {
		char c = t->at[i];
		int digit = is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;

		value = value * (hex ? 16 : 10) + digit;
		if (value > (int64_t)INT32_MAX + (negative ? 1 : 0))
			return false;
	}
	return true;
}
