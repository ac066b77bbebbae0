/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_table - the key table as an array, and the search in it.
 */
#include "conf_table.h"

#include <string.h>

#include <edge/base.h>
#include <edge/model.h>
#include <edge/nearest.h>

#define IN(id)      (UINT32_C(1) << CONF_##id)
#define IN_TOP      IN(TOP)
#define IN_POOL     IN(POOL)
#define IN_EXTERNAL IN(EXTERNAL)
#define IN_INTERNAL IN(INTERNAL)
#define IN_SIDES    (IN_EXTERNAL | IN_INTERNAL)
#define IN_OUTER    (IN(ACCESS) | IN(FEDERATION) | IN(XMPP) | IN(WEBCONF) | IN(AV))
#define IN_INNER    (IN(SIP) | IN(MRAS) | IN(INTERNAL_AV))
#define IN_SERVICES (IN_OUTER | IN_INNER)
#define IN_AVS      (IN(AV) | IN(INTERNAL_AV))
#define IN_ONE_PORT (IN_SERVICES & ~IN_AVS)
#define IN_SRVS     (IN(ACCESS) | IN(FEDERATION) | IN(XMPP))
#define IN_SRV      IN(SRV)
#define IN_LIMITS   IN(LIMITS)
#define IN_MEMBER   IN(MEMBER)
#define IN_ADDRESS  IN(ADDRESS)
#define IN_LB       IN(LB)
#define IN_AFFINITY IN(AFFINITY)
#define IN_LOG      IN(LOG)
#define IN_KERNEL   IN(KERNEL)
#define IN_OVERRIDE IN(OVERRIDE)
#define IN_HEALTH   IN(HEALTH)
#define IN_HEALTHS  (IN(HEALTH) | IN_OVERRIDE)
#define IN_TLS      IN(TLS)
#define IN_DNS      IN(DNS)
#define IN_POLICY   IN(POLICY)
#define IN_VIEW     IN(VIEW)
#define IN_TARGET   IN(TARGET)
#define IN_SNMP     IN(SNMP)
#define IN_WEB      IN(WEB)

/* A list of model.h as an array, and a struct conf_words for the table. */
#define WORDS(name, LIST)                                                                \
	static const char *const name##_list[] = {LIST(WORDS_ROW_NAME_)};                \
	static const struct conf_words words_##name = {name##_list, countof(name##_list)}
#define SIDE_PROBE_WORDS(X)  X(0, "none") X(1, "direct")
#define OUTBOUND_WORDS(X)    X(0, "direct") X(1, "vip")
#define TLS_VERSION_WORDS(X) X(0, "1.0") X(1, "1.1") X(2, "1.2") X(3, "1.3")

WORDS(product, PRODUCT_WORDS);
WORDS(partner, PARTNER_WORDS);
WORDS(balancing, BALANCING_WORDS);
WORDS(side_kind, SIDE_WORDS);
WORDS(side_probe, SIDE_PROBE_WORDS);
WORDS(outbound, OUTBOUND_WORDS);
WORDS(engine, ENGINE_WORDS);
WORDS(algorithm, ALGORITHM_WORDS);
WORDS(source, SOURCE_WORDS);
WORDS(on_down, ON_DOWN_WORDS);
WORDS(probe, PROBE_WORDS);
WORDS(icmp, ICMP_WORDS);
WORDS(attach, ATTACH_WORDS);
WORDS(sticky, STICKY_WORDS);
WORDS(assume, ASSUME_WORDS);
WORDS(tls_version, TLS_VERSION_WORDS);
WORDS(target_kind, TARGET_WORDS);
static const struct conf_words words_NONE = {NULL, 0};

#define REQUIRED true
#define OPTIONAL false
#define NOW      false
#define LATER    true

#define SUB_TYPE_GROUP  CONF_GROUP
#define SUB_TYPE_GROUPS CONF_GROUP_LIST

const struct conf_key conf_keys[] = {
/* A row of KEY; what comes after its text is MANY's. */
#define ROW(                                                                             \
    in, key, type_, record, field, need, low_, high_, list, fallback_, when, text_, ...) \
	{.name = #key,                                                                   \
	    .groups = (in),                                                              \
	    .type = CONF_##type_,                                                        \
	    .required = (need),                                                          \
	    .later = (when),                                                             \
	    .low = (low_),                                                               \
	    .high = (high_),                                                             \
	    .words = &words_##list,                                                      \
	    .fallback = (fallback_),                                                     \
	    .offset = offsetof(struct record, field),                                    \
	    .size = sizeof(((struct record *)NULL)->field),                              \
	    __VA_ARGS__.text = (text_)},
#define KEY(...) ROW(__VA_ARGS__, )
#define MANY(in, key, type_, record, field, count, need, low_, high_, list, fallback_,   \
    when, text_)                                                                         \
	ROW(in, key, type_, record, field, need, low_, high_, list, fallback_, when,     \
	    text_, .count_offset = offsetof(struct record, count), )
#define SUB(in, key, type_, need, id, when, text_)                                       \
	{.name = #key,                                                                   \
	    .groups = (in),                                                              \
	    .type = SUB_TYPE_##type_,                                                    \
	    .required = (need),                                                          \
	    .later = (when),                                                             \
	    .words = &words_NONE,                                                        \
	    .fallback = "",                                                              \
	    .sub = CONF_##id,                                                            \
	    .text = (text_)},
#include <edge/tbl/conf_keys.h>
};
const size_t conf_keys_count = countof(conf_keys);

const struct conf_group_info conf_groups[CONF_GROUPS] = {
#define GROUP(id, record, path_, text_)                                                  \
	[CONF_##id] = {.path = (path_), .text = (text_), .size = sizeof(struct record)},
#include <edge/tbl/conf_keys.h>
};

const struct conf_key *
conf_table_find(enum conf_group group, const char *name)
{
	for (size_t i = 0; i < conf_keys_count; i++)
		if ((conf_keys[i].groups & 1u << group) &&
		    strcmp(conf_keys[i].name, name) == 0)
			return &conf_keys[i];
	return NULL;
}

int
conf_table_word(const struct conf_words *words, const char *word)
{
	for (int i = 0; i < words->n; i++)
		if (strcmp(words->words[i], word) == 0)
			return i;
	return -1;
}

const struct conf_key *
conf_table_nearest(enum conf_group group, const char *name)
{
	const char *names[countof(conf_keys)];
	const char *found;

	for (size_t i = 0; i < conf_keys_count; i++)
		names[i] = conf_keys[i].groups & 1u << group ? conf_keys[i].name : NULL;
	found = nearest(name, names, conf_keys_count);
	return found != NULL ? conf_table_find(group, found) : NULL;
}

const struct conf_key *
conf_table_elsewhere(const char *name, enum conf_group *ret_group)
{
	for (size_t i = 0; i < conf_keys_count; i++) {
		if (strcmp(conf_keys[i].name, name) != 0)
			continue;
		for (int g = 0; g < CONF_GROUPS; g++) {
			if (conf_keys[i].groups & 1u << g) {
				*ret_group = (enum conf_group)g;
				return &conf_keys[i];
			}
		}
	}
	return NULL;
}
