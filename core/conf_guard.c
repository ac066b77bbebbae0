/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_guard - a push-down automaton over the tokens: syntax, limits, duplicate names.
 *
 * Why check the syntax when libconfig does?  Its message is "syntax error", its list of
 * names is searched from the front for every new one (60 000 names took 22 s), and it
 * leaks what it had read when it gives up.
 */
#include "conf_guard.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <edge/base.h>

#include "conf_lex.h"

struct name {
	const char *at;
	size_t n;
	int line;
};

/* An open group, list or array. */
struct open {
	char bracket; /* '\0' for the file itself */
	int line;
	size_t count;                 /* names or elements so far */
	enum conf_token_kind element; /* of an array: the first element's kind */
	struct name names[CONF_NAMES_MAX];
};

/* What may come next.  In a group NAME -> EQUALS -> VALUE -> AFTER -> NAME; in lists and
 * arrays VALUE -> AFTER -> VALUE. */
enum expect { EXPECT_NAME, EXPECT_EQUALS, EXPECT_VALUE, EXPECT_FIRST, EXPECT_AFTER };

struct guard {
	const struct conf_text *text;
	struct diags *diags;
	struct open *stack; /* CONF_DEPTH_MAX + 1 */
	int depth;
	enum expect expect;
	size_t values;
	size_t string; /* length of the adjacent strings so far: they are one value */
	struct conf_token name, last;
};

static bool edge_printf(3, 4) refuse(struct guard *g, int line, const char *format, ...)
{
	char text[DIAG_TEXT_MAX];
	const char *file;
	va_list ap;
	int at;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	conf_text_where(g->text, line, &file, &at);
	diags_add(g->diags, DIAG_ERROR, 0, file, at, "%s", text);
	return false;
}

static char
closing(char bracket)
{
	return bracket == '{' ? '}' : bracket == '(' ? ')' : ']';
}

static const char *
bracket_word(char bracket)
{
	return bracket == '{' ? "group" : bracket == '(' ? "list" : "array";
}

static bool
on_name(struct guard *g, const struct conf_token *t)
{
	struct open *o = &g->stack[g->depth];
	char buf[CONF_LEX_SHOWN];

	if (t->n > CONF_NAME_MAX)
		return refuse(g, t->line,
		    "the name \"%s\" has %zu characters; none has more than %d",
		    conf_lex_shown(t, buf), t->n, CONF_NAME_MAX);
	if (o->count == CONF_NAMES_MAX)
		return refuse(g, t->line,
		    "more than %d names in one group; no group of this "
		    "configuration has so many keys",
		    CONF_NAMES_MAX);
	for (size_t i = 0; i < o->count; i++) {
		const struct name *n = &o->names[i];
		const char *file;
		int line;

		if (n->n != t->n || memcmp(n->at, t->at, t->n) != 0)
			continue;
		conf_text_where(g->text, n->line, &file, &line);
		return refuse(g, t->line,
		    "\"%s\" is written twice in this group, first in line %d; keep one",
		    conf_lex_shown(t, buf), line);
	}
	o->names[o->count++] = (struct name){t->at, t->n, t->line};
	g->name = *t;
	g->expect = EXPECT_EQUALS;
	return true;
}

/* Beyond 32 bits: libconfig would take the low ones without a word. */
static bool
check_integer(struct guard *g, const struct conf_token *t)
{
	char buf[CONF_LEX_SHOWN];

	if (conf_lex_fits(t))
		return true;
	return refuse(g, t->line,
	    "the number %s is too large: whole numbers go from -2147483648 to 2147483647",
	    conf_lex_shown(t, buf));
}

static bool
open_bracket(struct guard *g, const struct conf_token *t)
{
	struct open *o;

	if (g->depth == CONF_DEPTH_MAX)
		return refuse(g, t->line,
		    "more than %d levels of brackets inside each other; no "
		    "part of this configuration is so deep",
		    CONF_DEPTH_MAX);
	o = &g->stack[++g->depth];
	o->bracket = *t->at;
	o->line = t->line;
	o->count = 0;
	g->expect = o->bracket == '{' ? EXPECT_NAME : EXPECT_FIRST;
	return true;
}

static bool
close_bracket(struct guard *g, const struct conf_token *t)
{
	const struct open *o = &g->stack[g->depth];
	const char *file;
	int line;

	if (o->bracket == '\0')
		return refuse(g, t->line,
		    "'%c' closes nothing; remove it, or look for a bracket "
		    "closed too early above",
		    *t->at);
	conf_text_where(g->text, o->line, &file, &line);
	if (*t->at != closing(o->bracket))
		return refuse(g, t->line,
		    "'%c' where the %s opened in line %d must be closed with '%c'",
		    *t->at, bracket_word(o->bracket), line, closing(o->bracket));
	if (g->expect == EXPECT_VALUE)
		return refuse(g, g->last.line,
		    "a comma with nothing after it before '%c'; "
		    "remove the comma",
		    *t->at);
	g->depth--;
	g->expect = EXPECT_AFTER;
	return true;
}

/* The elements of an array are scalars of one kind. */
static bool
check_element(struct guard *g, const struct conf_token *t)
{
	struct open *o = &g->stack[g->depth];

	if (o->bracket == '{' || o->bracket == '\0')
		return true;
	if (o->count == CONF_ELEMENTS_MAX)
		return refuse(g, t->line, "more than %d elements in one %s",
		    CONF_ELEMENTS_MAX, bracket_word(o->bracket));
	if (o->bracket == '[' && t->kind == CONF_TOKEN_OPEN)
		return refuse(g, t->line,
		    "a %s inside an array; groups stand in a list: write "
		    "( { ... }, { ... } )",
		    bracket_word(*t->at));
	if (o->bracket == '[' && o->count > 0 && o->element != t->kind)
		return refuse(g, t->line,
		    "the elements of an array must all be of one kind: all "
		    "strings in quotes, or all numbers");
	o->element = t->kind;
	o->count++;
	return true;
}

/* libconfig drops the octet and goes on, so the text would not be what was written. */
static bool
has_nul_escape(const struct conf_token *t)
{
	for (size_t i = 0; i + 3 < t->n; i++) {
		if (t->at[i] != '\\')
			continue;
		if (memcmp(t->at + i + 1, "x00", 3) == 0)
			return true;
		i++; /* what is escaped begins nothing */
	}
	return false;
}

static bool
check_string(struct guard *g, const struct conf_token *t)
{
	if (has_nul_escape(t))
		return refuse(
		    g, t->line, "\\x00 in a string: no text has a NUL; remove it");
	g->string += t->n;
	if (g->string > CONF_STRING_MAX)
		return refuse(g, t->line,
		    "a string of more than %d characters; is a quote missing?",
		    CONF_STRING_MAX);
	return true;
}

/* @t stands where a value is expected and is none: say what is wrong with it. */
static bool
no_value(struct guard *g, const struct conf_token *t)
{
	char buf[CONF_LEX_SHOWN], name[CONF_LEX_SHOWN];

	if (t->kind == CONF_TOKEN_NAME)
		return refuse(g, t->line, "the value %s is not in quotes; write \"%s\"",
		    conf_lex_shown(t, name), conf_lex_shown(t, buf));
	if (t->kind == CONF_TOKEN_GARBAGE)
		return refuse(g, t->line,
		    "'%s' where a value is expected; texts stand in double quotes",
		    conf_lex_shown(t, buf));
	if (g->last.kind == CONF_TOKEN_EQUALS)
		return refuse(g, t->line,
		    "\"%s\" has no value before '%c'; write %s = VALUE;",
		    conf_lex_shown(&g->name, name), *t->at,
		    conf_lex_shown(&g->name, buf));
	return refuse(g, t->line, "'%c' where a value is expected", *t->at);
}

static bool
is_value(enum conf_token_kind kind)
{
	return kind == CONF_TOKEN_OPEN || kind == CONF_TOKEN_BOOL ||
	       kind == CONF_TOKEN_INTEGER || kind == CONF_TOKEN_INTEGER64 ||
	       kind == CONF_TOKEN_FLOAT || kind == CONF_TOKEN_STRING;
}

static bool
on_value(struct guard *g, const struct conf_token *t)
{
	if (t->kind == CONF_TOKEN_CLOSE &&
	    (g->expect == EXPECT_FIRST || g->last.kind == CONF_TOKEN_COMMA))
		return close_bracket(g, t);
	if (!is_value(t->kind))
		return no_value(g, t);
	if (++g->values > CONF_VALUES_MAX)
		return refuse(g, t->line,
		    "more than %d values in all, which no configuration needs",
		    CONF_VALUES_MAX);
	if (!check_element(g, t))
		return false;
	g->expect = EXPECT_AFTER;
	g->string = 0;
	if (t->kind == CONF_TOKEN_OPEN)
		return open_bracket(g, t);
	if (t->kind == CONF_TOKEN_STRING)
		return check_string(g, t);
	if (t->kind == CONF_TOKEN_INTEGER || t->kind == CONF_TOKEN_INTEGER64)
		return check_integer(g, t);
	return true;
}

/* Between the elements of a list or array. */
static bool
after_element(struct guard *g, const struct conf_token *t)
{
	const struct open *o = &g->stack[g->depth];
	const char *file;
	char buf[CONF_LEX_SHOWN];
	int line;

	if (t->kind == CONF_TOKEN_COMMA) {
		g->expect = EXPECT_VALUE;
		return true;
	}
	if (t->at == g->last.at + g->last.n && t->kind != CONF_TOKEN_STRING)
		return refuse(g, t->line,
		    "'%s' follows a number directly; texts and addresses stand in double "
		    "quotes",
		    conf_lex_shown(t, buf));
	conf_text_where(g->text, o->line, &file, &line);
	return refuse(g, t->line,
	    "'%s' where a comma or the '%c' of the %s opened in line %d is expected",
	    conf_lex_shown(t, buf), closing(o->bracket), bracket_word(o->bracket), line);
}

static bool
on_group_token(struct guard *g, const struct conf_token *t)
{
	char buf[CONF_LEX_SHOWN];

	if (t->kind == CONF_TOKEN_NAME)
		return on_name(g, t);
	if (t->kind == CONF_TOKEN_SEMICOLON || t->kind == CONF_TOKEN_COMMA) {
		if (g->expect == EXPECT_AFTER) {
			g->expect = EXPECT_NAME;
			return true;
		}
		return refuse(
		    g, t->line, "'%c' without a setting before it; remove it", *t->at);
	}
	if (t->kind == CONF_TOKEN_GARBAGE && *t->at == '@')
		return refuse(g, t->line,
		    "'@': an @include stands alone at the beginning of a "
		    "line: @include \"name\"");
	return refuse(g, t->line,
	    "'%s' where a name is expected; a setting is written name = "
	    "value;",
	    conf_lex_shown(t, buf));
}

static bool
step(struct guard *g, const struct conf_token *t)
{
	const struct open *o = &g->stack[g->depth];
	bool in_group = o->bracket == '{' || o->bracket == '\0';
	char name[CONF_LEX_SHOWN];

	if (g->expect == EXPECT_EQUALS) {
		if (t->kind != CONF_TOKEN_EQUALS)
			return refuse(g, g->name.line, "'=' is missing after \"%s\"",
			    conf_lex_shown(&g->name, name));
		g->expect = EXPECT_VALUE;
		return true;
	}
	if (g->expect == EXPECT_VALUE || g->expect == EXPECT_FIRST)
		return on_value(g, t);
	if (t->kind == CONF_TOKEN_STRING && g->expect == EXPECT_AFTER &&
	    g->last.kind == CONF_TOKEN_STRING) {
		if (++g->values > CONF_VALUES_MAX)
			return refuse(
			    g, t->line, "more than %d strings", CONF_VALUES_MAX);
		return check_string(g, t);
	}
	if (t->kind == CONF_TOKEN_CLOSE)
		return close_bracket(g, t);
	return in_group ? on_group_token(g, t) : after_element(g, t);
}

static bool
at_end(struct guard *g, const struct conf_token *t)
{
	const struct open *o = &g->stack[g->depth];
	const char *file;
	char buf[CONF_LEX_SHOWN];
	int line;

	if (t->kind == CONF_TOKEN_OPEN_STRING)
		return refuse(g, t->line,
		    "the string that begins here is never closed; is a "
		    "quote missing, or the file cut off?");
	if (t->kind == CONF_TOKEN_OPEN_COMMENT)
		return refuse(
		    g, t->line, "the comment that begins here is never closed with */");
	if (g->expect == EXPECT_EQUALS ||
	    (g->expect == EXPECT_VALUE && o->bracket != '(' && o->bracket != '['))
		return refuse(g, g->name.line,
		    "the file ends after \"%s\", before its value; is "
		    "it cut off?",
		    conf_lex_shown(&g->name, buf));
	if (g->depth > 0) {
		conf_text_where(g->text, o->line, &file, &line);
		return refuse(g, g->last.line,
		    "the file ends inside the %s opened in line %d; is it cut off, or a "
		    "'%c' "
		    "missing?",
		    bracket_word(o->bracket), line, closing(o->bracket));
	}
	return true;
}

bool
conf_guard(const struct conf_text *t, struct diags *diags)
{
	struct conf_lexer lexer = {t->octets, t->octets + t->n, 1};
	struct guard g = {.text = t, .diags = diags, .expect = EXPECT_NAME};
	bool ok;

	g.stack = calloc(CONF_DEPTH_MAX + 1, sizeof *g.stack);
	if (g.stack == NULL)
		return refuse(&g, 0, "no memory to read it");
	do {
		struct conf_token token = conf_lex(&lexer);

		if (token.kind == CONF_TOKEN_END ||
		    token.kind == CONF_TOKEN_OPEN_STRING ||
		    token.kind == CONF_TOKEN_OPEN_COMMENT) {
			ok = at_end(&g, &token);
			break;
		}
		ok = step(&g, &token);
		g.last = token;
	} while (ok);
	free(g.stack);
	return ok;
}
