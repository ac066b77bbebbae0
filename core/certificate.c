/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certificate - words and days.  Pure.
 */
#include <edge/certificate.h>

#include <stdio.h>
#include <time.h>

#include <edge/base.h>

#define DAY_S INT64_C(86400)

WORDS_DEFINE(chain, CHAINS, CHAIN_WORDS);

const char *
tls_word(uint64_t version)
{
	static const char *const words[] = {"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};

	return version >= 0x0301 && version - 0x0301 < countof(words)
		   ? words[version - 0x0301]
		   : "-";
}

const char *
certificate_day(int64_t wall_s, char *buf)
{
	time_t at = (time_t)wall_s;
	struct tm tm;

	if (wall_s == 0 || gmtime_r(&at, &tm) == NULL || tm.tm_year < -1900 ||
	    tm.tm_year > 9999 - 1900)
		snprintf(buf, CERTIFICATE_DAY_MAX, "-");
	else
		strftime(buf, CERTIFICATE_DAY_MAX, "%Y-%m-%d", &tm);
	return buf;
}

int64_t
certificate_days(int64_t wall_s, int64_t now_s)
{
	int64_t left = wall_s - now_s;

	return left >= 0 ? left / DAY_S : -((-left + DAY_S - 1) / DAY_S);
}
