#include "common/program/settings_help.h"

#include <inttypes.h>
#include <stdio.h>

#define LEFT_BYTES 64 /* "--name ARGUMENT" */

static void print_default(const struct setting *row)
{
	char duration[WHEN_TEXT_SIZE];

	switch (row->kind) {
	case SETTING_TEXT_KIND:
		if (*(const char **)row->value)
			printf(" (default %s)", *(const char **)row->value);
		break;
	case SETTING_NUMBER_KIND:
		printf(" (default %" PRId64 ")", *(int64_t *)row->value);
		break;
	case SETTING_DURATION_KIND:
		if (*(int64_t *)row->value == 0)
			break;
		when_format_duration(*(int64_t *)row->value, duration);
		printf(" (default %s)", duration);
		break;
	case SETTING_BOOL_KIND:
	case SETTING_WHEN_KIND:
	case SETTING_LIST_KIND:
		break;
	}
}

static void print_row(const struct setting *row)
{
	char left[LEFT_BYTES];

	snprintf(left, sizeof(left), "--%s%s%s", row->name, row->argument ? " " : "",
		 row->argument ? row->argument : "");
	if (row->letter)
		printf("  -%c, %-28s %s", row->letter, left, row->sentence);
	else
		printf("      %-28s %s", left, row->sentence);
	print_default(row);
	printf("\n");
}

void settings_help_rows(const struct setting *table)
{
	for (const struct setting *row = table; row->name; row++)
		print_row(row);
}

void settings_help(const struct settings_manual *manual, const struct setting *table)
{
	printf("usage: %s %s\n\n%s\n\n", manual->program, manual->synopsis, manual->purpose);
	settings_help_rows(table);
}

void settings_help_end(void)
{
	printf("      %-28s %s\n", "--help", "print this and end");
	printf("      %-28s %s\n", "--version", "print the version and end");
	printf("\nEvery option is also an environment variable: --log-format is "
	       "TENURE_LOG_FORMAT.\nA flag wins over the environment.\n");
}
