/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_manual - the reference of all keys, from the table the parser uses.
 */
#include <string.h>

#include <edge/conf.h>

#include "conf_phrase.h"

/* One key: what it takes and what it is when not written, then its text. */
static void
print_key(const struct conf_key *k, FILE *to)
{
	char takes[512];

	fprintf(to, "    %s%s\n", k->name, k->required ? " (required)" : "");
	fprintf(to, "        %s.\n", k->text);
	fprintf(to, "        Takes %s", conf_phrase_takes(k, takes, sizeof takes));
	if (k->sub != CONF_TOP)
		fprintf(to, ": see %s", conf_groups[k->sub].path);
	if (k->fallback[0] == '(')
		fprintf(
		    to, "; default: %.*s", (int)strlen(k->fallback) - 2, k->fallback + 1);
	else if (k->fallback[0] != '\0')
		fprintf(to, "; default %s", k->fallback);
	fprintf(to, ".%s\n", k->later ? " Not yet in effect in this version." : "");
}

static void
print_rules(FILE *to)
{
	fputs("\nRULES\n", to);
#define RULE(id, number, severity, where, text)                                          \
	fprintf(to, "    R%-2d %-8s %s (%s)\n", number,                                  \
	    strcmp(#severity, "NONE") == 0 ? "-" : #severity, text, where);
#include <edge/tbl/rules.h>
}

/* The group that describes a key: the first that has it. */
static int
first_group(const struct conf_key *k)
{
	int g = 0;

	while (!(k->groups & 1u << g))
		g++;
	return g;
}

/* "    vip, enabled, engine: as in external.access", for each group that @group shares
 * keys with and that was printed before it. */
static void
print_shared(int group, FILE *to)
{
	for (int g = 0; g < group; g++) {
		int n = 0;

		for (size_t i = 0; i < conf_keys_count; i++)
			if ((conf_keys[i].groups & 1u << group) &&
			    first_group(&conf_keys[i]) == g)
				fprintf(to, "%s%s", n++ == 0 ? "    " : ", ",
				    conf_keys[i].name);
		if (n > 0)
			fprintf(to, ": as in %s\n", conf_groups[g].path);
	}
}

void
conf_manual(FILE *to)
{
	fputs(
	    "Times are in seconds, fractions allowed. An address list holds at most one "
	    "IPv4\n"
	    "and one IPv6 address. @include \"NAME\" includes a file beside this one.\n",
	    to);
	for (int g = 0; g < CONF_GROUPS; g++) {
		const struct conf_group_info *info = &conf_groups[g];

		fprintf(to, "\n%s\n    %s\n\n",
		    info->path[0] != '\0' ? info->path : "TOP LEVEL", info->text);
		for (size_t i = 0; i < conf_keys_count; i++)
			if ((conf_keys[i].groups & 1u << g) &&
			    first_group(&conf_keys[i]) == g)
				print_key(&conf_keys[i], to);
		print_shared(g, to);
	}
	print_rules(to);
}
