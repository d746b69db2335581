// SPDX-License-Identifier: GPL-2.0
/* Arguments that are numbers or times */
#include <stdlib.h>
#include <string.h>

#include "../../module/tcp_listenq.h"
#include "../common/text.h"
#include "../listener/history.h"
#include "option_table.h"

#define DAY 86400

/* parse_decimal - digits and at most one point; no sign, exponent, inf or nan */
static bool parse_decimal(const char *text, double lowest, double highest, double *number)
{
	size_t length = strspn(text, "0123456789.");
	char *end;

	if (!length || text[length])
		return false;
	*number = strtod(text, &end);
	return !*end && *number >= lowest && *number <= highest;
}

/* parse_time - "1s", "500ms", "2m", "1h"; without a unit seconds. Half a second to a day */
static const char *parse_time(const char *text, double *seconds)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = { { "ms", 0.001 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "", 1 } };
	size_t length = strspn(text, "0123456789."), i;
	char *number = xstrdup(text);
	bool good = false;

	number[length] = '\0';
	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(text + length, units[i].name))
			good = parse_decimal(number, 0, 1e9, seconds);
	for (i = 0; good && text[length] && i < ARRAY_SIZE(units); i++)
		if (!strcmp(text + length, units[i].name))
			*seconds *= units[i].seconds;
	free(number);
	return good && *seconds >= 0.5 && *seconds <= DAY ? NULL : "not 500ms to 24h";
}

static const char *take_threshold(struct options *options, int counter, const char *text)
{
	if (options->threshold)
		return "one of --overflows, --drops and --resets";
	options->counter = counter;
	if (!parse_number(text, &options->threshold) || !options->threshold)
		return "not a number above 0";
	return NULL;
}

const char *take_number(struct options *options, enum option_code code, const char *text)
{
	uint64_t count;

	_Static_assert(MAX_LOOKS == 16, "the error below says so");
	switch (code) {
	case OPTION_INTERVAL:
		if (!parse_decimal(text, 0.1, 86400, &options->interval))
			return "not 0.1 to 86400 seconds";
		return NULL;
	case OPTION_COUNT:
		if (!parse_number(text, &count) || count > 1000000000)
			return "not a number";
		options->count = count;
		return NULL;
	case OPTION_LOOKS:
		if (!parse_number(text, &count) || count < 2 || count > MAX_LOOKS)
			return "not 2 to 16 looks";
		options->count = count;
		return NULL;
	case OPTION_OVERFLOWS:
		return take_threshold(options, TCP_LISTENQ_OVERFLOWS, text);
	case OPTION_DROPS:
		return take_threshold(options, TCP_LISTENQ_DROPS, text);
	case OPTION_RESETS:
		return take_threshold(options, TCP_LISTENQ_RESETS, text);
	case OPTION_WITHIN:
		return parse_time(text, &options->within);
	case OPTION_TIMEOUT:
		return parse_time(text, &options->timeout);
	case OPTION_WARN:
		return parse_decimal(text, 0, 1000, &options->warn) ? NULL : "not a percentage";
	default:
		return parse_decimal(text, 0, 1000, &options->crit) ? NULL : "not a percentage";
	}
}
