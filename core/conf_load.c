/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_load - what the steps share: messages with a place, and settings that may be bad.
 */
#include "conf_load.h"

#include <stdarg.h>
#include <string.h>

#include "conf_guard.h"

/* The hook of a setting whose value was refused points here; that of a misspelt one to
 * the name that was meant. */
static char bad_mark[] = "";

void
conf_load_mark_bad(config_setting_t *s)
{
	config_setting_set_hook(s, bad_mark);
}

void
conf_load_mark_meant(config_setting_t *s, const struct conf_key *meant)
{
	void *hook;

	/* libconfig's hooks are not const; we only read through ours. */
	memcpy(&hook, &meant->name, sizeof hook);
	config_setting_set_hook(s, hook);
}

const config_setting_t *
conf_load_valid(const config_setting_t *g, const char *name)
{
	const config_setting_t *s = g != NULL ? config_setting_get_member(g, name) : NULL;

	return s != NULL && config_setting_get_hook(s) != bad_mark ? s : NULL;
}

const config_setting_t *
conf_load_line(const config_setting_t *g, const char *name)
{
	const config_setting_t *s = g != NULL ? config_setting_get_member(g, name) : NULL;

	return s != NULL ? s : g;
}

bool
conf_load_written(const config_setting_t *g, const char *name)
{
	if (g == NULL || !config_setting_is_group(g))
		return false;
	for (int i = 0; i < config_setting_length(g); i++) {
		const config_setting_t *s = config_setting_get_elem(g, (unsigned)i);
		const char *meant = config_setting_get_hook(s);

		if (strcmp(config_setting_name(s), name) == 0 ||
		    (meant != NULL && strcmp(meant, name) == 0))
			return true;
	}
	return false;
}

bool
conf_load_enough(struct conf_load *l)
{
	if (!diags_full(l->diags, DIAG_ERROR))
		return false;
	l->diags->cut = true;
	return true;
}

void
conf_load_say(struct conf_load *l, const config_setting_t *at,
    enum diag_severity severity, int rule, const char *format, ...)
{
	const char *file = l->text->files[0];
	char text[DIAG_TEXT_MAX];
	int line = 0;
	va_list ap;

	if (diags_full(l->diags, severity)) {
		l->diags->counts[severity]++;
		return;
	}
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (at != NULL)
		conf_text_where(
		    l->text, (int)config_setting_source_line(at), &file, &line);
	for (size_t i = 0; i < l->diags->n; i++) {
		const struct diag *d = &l->diags->list[i];

		if (d->line == line && strcmp(d->text, text) == 0 &&
		    strcmp(d->file, file) == 0)
			return;
	}
	diags_add(l->diags, severity, rule, file, line, "%s", text);
}

/* What names an element of a list: its fqdn or name if that is one, else its number. */
static size_t
element_name(const config_setting_t *e, char *buf, size_t size)
{
	static const char *const keys[] = {"name", "fqdn"};
	const char *list = config_setting_name(config_setting_parent(e));
	const char *word = list == NULL                   ? "element"
			   : strcmp(list, "pools") == 0   ? "pool"
			   : strcmp(list, "members") == 0 ? "member"
			   : strcmp(list, "views") == 0   ? "view"
			   : strcmp(list, "targets") == 0 ? "target"
							  : list;
	int n;

	for (size_t i = 0; config_setting_is_group(e) && i < countof(keys); i++) {
		const char *text;

		if (config_setting_lookup_string(e, keys[i], &text) == CONFIG_TRUE &&
		    strlen(text) <= 100 && text[0] != '\0') {
			n = snprintf(buf, size, "%s %s", word, text);
			return (size_t)n < size ? (size_t)n : size - 1;
		}
	}
	n = snprintf(buf, size, "%s %d", word, config_setting_index(e) + 1);
	return (size_t)n < size ? (size_t)n : size - 1;
}

const char *
conf_load_path(const config_setting_t *group, char buf[CONF_PATH_MAX])
{
	const config_setting_t *up[CONF_DEPTH_MAX + 1];
	size_t n = 0, depth = 0;

	/* From the top down; lists show in their elements. */
	for (;
	     group != NULL && config_setting_parent(group) != NULL && depth < countof(up);
	     group = config_setting_parent(group))
		up[depth++] = group;
	buf[0] = '\0';
	while (depth > 0 && n < CONF_PATH_MAX - 1) {
		const config_setting_t *s = up[--depth];

		if (config_setting_is_list(s))
			continue;
		if (config_setting_name(s) != NULL) {
			n += (size_t)snprintf(
			    buf + n, CONF_PATH_MAX - n, "%s.", config_setting_name(s));
			continue;
		}
		if (n > 0 && buf[n - 1] == '.')
			buf[n - 1] = ' '; /* "dns target ns1: " */
		n += element_name(s, buf + n, CONF_PATH_MAX - n);
		n += (size_t)snprintf(buf + n, CONF_PATH_MAX - n, ": ");
	}
	return buf;
}

void
conf_load_place(
    const config_setting_t *group, char before[CONF_PATH_MAX], char in[CONF_PATH_MAX])
{
	char path[CONF_PATH_MAX], *colon, *last = NULL;
	size_t n;

	conf_load_path(group, path);
	for (colon = strstr(path, ": "); colon != NULL; colon = strstr(colon + 1, ": "))
		last = colon + 2;
	if (last == NULL)
		last = path;
	n = strlen(last);
	if (n > 0)
		last[n - 1] = '\0'; /* the dot */
	snprintf(in, CONF_PATH_MAX, "%s%s", n > 0 ? " in " : "", last);
	*last = '\0';
	snprintf(before, CONF_PATH_MAX, "%s", path);
}
