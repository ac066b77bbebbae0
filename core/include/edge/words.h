/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_WORDS_H
#define EDGE_WORDS_H

/*
 * words - one list of (CONSTANT, "word") rows becomes an enum, the names for
 * logs, CLI and page, and the parser for the configuration.
 *
 * Lists live where their subject lives (model.h, state.h) or in tbl/.  Codes
 * count from 0 in list order; lists whose codes cross a process border carry
 * their codes explicitly in a tbl/ file instead.
 */
#include <string.h>

#define WORDS_ROW_ENUM_(id, word) id,
#define WORDS_ROW_NAME_(id, word) word,

/* Declares enum @type, TYPE_count as @count, and two functions:
 *   const char *type_word(enum type)        never NULL; "?" out of range
 *   int         type_parse(const char *)    the code, or -1            */
#define WORDS_DECLARE(type, count, LIST)                                                 \
	enum type { LIST(WORDS_ROW_ENUM_) count };                                       \
	const char *type##_word(enum type);                                              \
	int type##_parse(const char *)

#define WORDS_DEFINE(type, count, LIST)                                                  \
	static const char *const type##_words[] = {LIST(WORDS_ROW_NAME_)};               \
	const char *type##_word(enum type code)                                          \
	{                                                                                \
		return (unsigned)code < (unsigned)count ? type##_words[code] : "?";      \
	}                                                                                \
	int type##_parse(const char *word)                                               \
	{                                                                                \
		for (int i = 0; i < (int)count; i++)                                     \
			if (strcmp(type##_words[i], word) == 0)                          \
				return i;                                                \
		return -1;                                                               \
	}                                                                                \
	struct words_semicolon_##type

#endif
