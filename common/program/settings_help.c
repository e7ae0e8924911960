#include "common/program/settings_help.h"

#include <stdio.h>

#include "common/program/settings_value.h"

#define LEFT_BYTES 64 /* "--name ARGUMENT" */

static void print_row(const struct setting *row)
{
	char left[LEFT_BYTES], buffer[SETTINGS_VALUE_TEXT_SIZE];
	const char *value;

	snprintf(left, sizeof(left), "--%s%s%s", row->name, row->argument != NULL ? " " : "",
		 row->argument != NULL ? row->argument : "");
	if (row->letter)
		printf("  -%c, %-28s %s", row->letter, left, row->sentence);
	else
		printf("      %-28s %s", left, row->sentence);
	if (row->choices != NULL)
		printf(": %s", settings_value_wanted(row, buffer));
	value = settings_value_default(row, buffer);
	if (value != NULL)
		printf(" (default %s)", value);
	printf("\n");
}

void settings_help(const struct settings_manual *manual, const struct setting *rows)
{
	printf("usage: %s %s\n\n%s\n\n", manual->program, manual->synopsis, manual->purpose);
	for (const struct setting *row = rows; row->name != NULL; row++)
		print_row(row);
	printf("\nEvery option can also be set in the environment: --log-format is "
	       "TENURE_LOG_FORMAT.\nA flag overrides the environment.\n");
}
