/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our reading of the text is libconfig's: what the guard accepts, libconfig accepts, and
 * finds the same settings in the same lines.
 */
#include "unit.h"

#include <libconfig.h>
#include <string.h>

#include "conf_guard.h"
#include "conf_lex.h"

/* One letter per token. */
static const char *
kinds(const char *text)
{
	static const char letters[] = {
	    [CONF_TOKEN_END] = '.',
	    [CONF_TOKEN_NAME] = 'n',
	    [CONF_TOKEN_EQUALS] = '=',
	    [CONF_TOKEN_COMMA] = ',',
	    [CONF_TOKEN_SEMICOLON] = ';',
	    [CONF_TOKEN_OPEN] = '(',
	    [CONF_TOKEN_CLOSE] = ')',
	    [CONF_TOKEN_BOOL] = 'b',
	    [CONF_TOKEN_INTEGER] = 'i',
	    [CONF_TOKEN_INTEGER64] = 'l',
	    [CONF_TOKEN_FLOAT] = 'f',
	    [CONF_TOKEN_STRING] = 's',
	    [CONF_TOKEN_OPEN_STRING] = '"',
	    [CONF_TOKEN_OPEN_COMMENT] = '*',
	    [CONF_TOKEN_GARBAGE] = '?',
	};
	static char got[64];
	struct conf_lexer l = {text, text + strlen(text), 1};
	size_t n = 0;

	do
		got[n++] = letters[conf_lex(&l).kind];
	while (strchr(".\"*", got[n - 1]) == NULL && n < sizeof got - 1);
	got[n] = '\0';
	return got;
}

static void
tokens(void **state)
{
	static const struct {
		const char *text, *kinds;
	} rows[] = {
	    {"", "."},
	    {"a=1;", "n=i;."},
	    {"a : [ \"x\", \"y\" ]", "n=(s,s)."},
	    {"TRUE False trues", "bbn."},
	    {"1 -2 +3 1L 2LL 0x1F 0x1FL", "iiillil."},
	    {"1.5 .5 5. 1e3 1.e-3 -1.5E+2 .", "ffffff?."},
	    {"1.2.3.4", "fff."},
	    {"1e 0x", "inin."},
	    {"a-b_c*d *x", "nn."},
	    {"_a", "?n."},
	    {"a # b = 1\n; // c\n/* d\n */ e", "n;n."},
	    {"\"a\\\"b\" \"c\\\\\" \"\\q\"", "sss."},
	    {"\"a", "\""},
	    {"\"a\\", "\""},
	    {"\"a\\\"", "\""},
	    {"a /* b", "n*"},
	    {"/*/ a", "*"},
	    {"/ a", "?n."},
	    {"- a", "?n."},
	    {"@include", "?n."},
	    {"\xc3\xa4", "??."},
	    {"{}()[]", "()()()."},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++)
		assert_string_equal(kinds(rows[i].text), rows[i].kinds);
}

static void
lines(void **state)
{
	static const char text[] = "a\n\"b\nc\" d\n/* \n\n */ e";
	static const int at[] = {1, 2, 3, 6};
	struct conf_lexer l = {text, text + sizeof text - 1, 1};

	(void)state;
	for (size_t i = 0; i < countof(at); i++)
		assert_int_equal(conf_lex(&l).line, at[i]);
}

/* What both make of a text. */
static void
both(const char *octets, bool *ret_guard, bool *ret_libconfig)
{
	struct conf_text text;
	struct diags diags;
	config_t config;

	diags_init(&diags);
	assert_true(conf_text_set(&text, "test", octets, strlen(octets), &diags));
	*ret_guard = conf_guard(&text, &diags);
	assert_int_equal(diags.n, *ret_guard ? 0 : 1);
	config_init(&config);
	*ret_libconfig = config_read_string(&config, text.octets) == CONFIG_TRUE;
	config_destroy(&config);
	conf_text_fini(&text);
	diags_fini(&diags);
}

static void
the_same_syntax(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} rows[] = {
	    {"", true},
	    {"a = 1", true},
	    {"a = 1, b = 2; c : 3", true},
	    {"a = 1 b = 2", true},
	    {"a = ( );", true},
	    {"a = [ ];", true},
	    {"a = { };", true},
	    {"a = ( 1, \"x\", { b = 1; }, ( ), [ 1 ] );", true},
	    {"a = \"x\" \"y\" /* z */ \"z\";", true},
	    {"a = ( \"x\" \"y\", \"z\" );", true},
	    {"a = [ 1, 2 ]; # end", true},
	    {"a = 1;;", false},
	    {"; a = 1", false},
	    {"a = 1,, b = 2", false},
	    {"a = ( 1, );", false},
	    {"a = [ 1, ];", false},
	    {"a = ( , 1 );", false},
	    {"a = ( 1 2 );", false},
	    {"a = [ 1; 2 ];", false},
	    {"a = [ 1, \"x\" ];", false},
	    {"a = [ 1, 1.5 ];", false},
	    {"a = [ ( 1 ) ];", false},
	    {"a = 1; a = 2;", false},
	    {"a = { a = 1; }; b = { a = 1; }", true},
	    {"a = ( { b = 1; b = 2; } );", false},
	    {"a b", false},
	    {"a =", false},
	    {"a = ;", false},
	    {"a = b;", false},
	    {"= 1", false},
	    {"1 = 1", false},
	    {"a = { b = 1 ) ", false},
	    {"a = { b = 1 ", false},
	    {"}", false},
	    {"{ a = 1; }", false},
	    {"true = 1", false},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		bool guard, libconfig;

		both(rows[i].text, &guard, &libconfig);
		if (guard != rows[i].ok || libconfig != rows[i].ok)
			fail_msg("\"%s\": guard %d, libconfig %d, expected %d",
			    rows[i].text, guard, libconfig, rows[i].ok);
	}
}

static void
places_of_included_lines(void **state)
{
	struct conf_text t = {0};
	char *files[] = {"a", "b"};
	struct conf_span spans[] = {{1, 0, 1}, {3, 1, 1}, {6, 0, 3}};
	static const struct {
		int line, file, file_line;
	} rows[] = {{1, 0, 1}, {2, 0, 2}, {3, 1, 1}, {5, 1, 3}, {6, 0, 3}, {9, 0, 6}};

	(void)state;
	t.files = files;
	t.spans = spans;
	t.n_spans = countof(spans);
	for (size_t i = 0; i < countof(rows); i++) {
		const char *file;
		int line;

		conf_text_where(&t, rows[i].line, &file, &line);
		assert_ptr_equal(file, files[rows[i].file]);
		assert_int_equal(line, rows[i].file_line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tokens),
	    cmocka_unit_test(lines),
	    cmocka_unit_test(the_same_syntax),
	    cmocka_unit_test(places_of_included_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
