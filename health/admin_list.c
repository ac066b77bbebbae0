/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * admin_list - a short list, searched from end to end: it has as many entries as members
 * are in repair.
 */
#include "admin_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIRST_LINE "edgepool admin states 1"

void
admin_list_fini(struct admin_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->entries[i].full_name);
	free(l->entries);
	*l = (struct admin_list){0};
}

static struct admin_entry *
find(const struct admin_list *l, const char *full_name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcasecmp(l->entries[i].full_name, full_name) == 0)
			return &l->entries[i];
	return NULL;
}

enum admin
admin_list_get(const struct admin_list *l, const char *full_name)
{
	const struct admin_entry *e = find(l, full_name);

	return e == NULL ? ADMIN_ENABLED : e->admin;
}

static int
append(struct admin_list *l, const char *full_name, enum admin admin)
{
	struct admin_entry *grown;
	char *copy;

	if (l->n == ADMIN_LIST_MAX)
		return -ENOSPC;
	grown = realloc(l->entries, (l->n + 1) * sizeof *grown);
	if (grown == NULL)
		return -ENOMEM;
	l->entries = grown;
	copy = strdup(full_name);
	if (copy == NULL)
		return -ENOMEM;
	l->entries[l->n++] = (struct admin_entry){copy, admin};
	return 0;
}

int
admin_list_set(struct admin_list *l, const char *full_name, enum admin admin)
{
	struct admin_entry *e = find(l, full_name);

	if (e == NULL)
		return admin == ADMIN_ENABLED ? 0 : append(l, full_name, admin);
	e->admin = admin;
	if (admin == ADMIN_ENABLED) {
		free(e->full_name);
		*e = l->entries[--l->n];
	}
	return 0;
}

static bool
name_is_sound(const char *name)
{
	const char *slash = strchr(name, '/');

	if (slash == NULL || slash == name || slash[1] == '\0' || strchr(slash + 1, '/'))
		return false;
	if (strlen(name) > ADMIN_NAME_MAX)
		return false;
	for (; *name != '\0'; name++)
		if (*name <= ' ' || *name > '~')
			return false;
	return true;
}

/* NULL when the line is fine and taken, else what is wrong with it. */
static const char *
parse_line(struct admin_list *l, char *line, int *err)
{
	char *name = strchr(line, ' ');
	int admin;

	*err = -EBADMSG;
	if (name == NULL)
		return "not STATE POOL/MEMBER";
	*name++ = '\0';
	admin = admin_parse(line);
	if (admin != ADMIN_DRAINING && admin != ADMIN_DISABLED)
		return "the state is neither draining nor disabled";
	if (!name_is_sound(name))
		return "the name is not POOL/MEMBER";
	if (find(l, name) != NULL)
		return "the member is there twice";
	*err = append(l, name, (enum admin)admin);
	return *err == 0 ? NULL : strerror(-*err);
}

int
admin_list_parse(
    struct admin_list *l, const char *text, size_t n, char *why, size_t why_size)
{
	char line[ADMIN_NAME_MAX + 16];
	const char *end = text + n;
	int number = 0, err = -EBADMSG;
	const char *wrong = "empty";

	*l = (struct admin_list){0};
	while (text < end) {
		const char *feed = memchr(text, '\n', (size_t)(end - text));
		size_t length = feed == NULL ? sizeof line : (size_t)(feed - text);

		number++;
		err = -EBADMSG;
		wrong = feed == NULL ? "cut off" : "too long";
		if (length >= sizeof line)
			break;
		memcpy(line, text, length);
		line[length] = '\0';
		text = feed + 1;
		wrong = "a NUL";
		if (strlen(line) != length)
			break;
		wrong = number == 1 && strcmp(line, FIRST_LINE) != 0
			    ? "not a file of admin states"
			    : NULL;
		if (wrong == NULL && number > 1)
			wrong = parse_line(l, line, &err);
		if (wrong != NULL)
			break;
	}
	if (wrong == NULL)
		return 0;
	snprintf(why, why_size, "line %d: %s", number, wrong);
	admin_list_fini(l);
	return err;
}

void
admin_list_write(const struct admin_list *l, struct sbuf *to)
{
	sbuf_addf(to, FIRST_LINE "\n");
	for (size_t i = 0; i < l->n; i++)
		sbuf_addf(to, "%s %s\n", admin_word(l->entries[i].admin),
		    l->entries[i].full_name);
}
