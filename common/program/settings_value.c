#include "common/program/settings_value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/when_text.h"
#include "common/program/log.h"

void settings_value_variable(const char *name, char variable[static SETTINGS_VALUE_NAME_SIZE])
{
	snprintf(variable, SETTINGS_VALUE_NAME_SIZE, "TENURE_%s", name);
	for (char *c = variable; *c; c++) {
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
		else if (*c == '-')
			*c = '_';
	}
}

static int parse_bool(const char *text, bool *value)
{
	static const char *const yes[] = {"true", "yes", "on", "1"};
	static const char *const no[] = {"false", "no", "off", "0"};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			*value = strcmp(text, yes[i]) == 0;
			return 0;
		}
	}
	return -1;
}

static int parse_number(const char *text, int64_t *value)
{
	char *end;

	errno = 0;
	if (text[0] < '0' || text[0] > '9')
		return -1;

	long long number = strtoll(text, &end, 10);

	if (errno != 0 || *end != '\0')
		return -1;
	*value = number;
	return 0;
}

static int parse_choice(const char *text, const char *const *choices, int *value)
{
	for (int i = 0; choices[i] != NULL; i++) {
		if (strcmp(text, choices[i]) == 0) {
			*value = i;
			return 0;
		}
	}
	return -1;
}

int settings_value_store(const struct setting *row, const char *source, const char *text,
			 struct when now)
{
	struct settings_list *list = row->value;
	char wanted[SETTINGS_VALUE_TEXT_SIZE];
	int rc = 0;

	switch (row->kind) {
	case SETTING_TEXT_KIND:
		*(const char **)row->value = text;
		break;
	case SETTING_BOOL_KIND:
		rc = parse_bool(text, row->value);
		break;
	case SETTING_NUMBER_KIND:
		rc = parse_number(text, row->value);
		break;
	case SETTING_DURATION_KIND:
		rc = when_parse_duration(text, row->value);
		break;
	case SETTING_WHEN_KIND:
		rc = when_text_parse(text, strlen(text), now, row->value);
		break;
	case SETTING_LIST_KIND:
		if (list->count == SETTINGS_LIST_MAX) {
			log_error("%s is given more than %d times", source, SETTINGS_LIST_MAX);
			return -1;
		}
		list->values[list->count++] = text;
		break;
	case SETTING_CHOICE_KIND:
		rc = parse_choice(text, row->choices, row->value);
		break;
	case SETTING_PRINT_KIND:
		break;
	}
	if (rc < 0)
		log_error("%s: \"%s\" is not %s", source, text, settings_value_wanted(row, wanted));
	return rc;
}

const char *settings_value_wanted(const struct setting *row,
				  char buffer[static SETTINGS_VALUE_TEXT_SIZE])
{
	int length = 0;

	switch (row->kind) {
	case SETTING_BOOL_KIND:
		return "true or false";
	case SETTING_NUMBER_KIND:
		return "a whole number";
	case SETTING_DURATION_KIND:
		return "a duration such as 500ms, 10s, 5m, 2h, 3d or 2w";
	case SETTING_WHEN_KIND:
		return WHEN_TEXT_FORMS;
	case SETTING_CHOICE_KIND:
		break;
	case SETTING_TEXT_KIND:
	case SETTING_LIST_KIND:
	case SETTING_PRINT_KIND:
		return "text";
	}
	for (int i = 0; row->choices[i] != NULL && length < SETTINGS_VALUE_TEXT_SIZE; i++) {
		const char *before = i == 0 ? "" : row->choices[i + 1] != NULL ? ", " : " or ";

		length += snprintf(buffer + length, (size_t)(SETTINGS_VALUE_TEXT_SIZE - length),
				   "%s%s", before, row->choices[i]);
	}
	return buffer;
}

const char *settings_value_default(const struct setting *row,
				   char buffer[static SETTINGS_VALUE_TEXT_SIZE])
{
	switch (row->kind) {
	case SETTING_TEXT_KIND:
		return *(const char **)row->value;
	case SETTING_CHOICE_KIND:
		return row->choices[*(int *)row->value];
	case SETTING_NUMBER_KIND:
		if (*(int64_t *)row->value == 0)
			return NULL;
		snprintf(buffer, SETTINGS_VALUE_TEXT_SIZE, "%" PRId64, *(int64_t *)row->value);
		return buffer;
	case SETTING_DURATION_KIND:
		if (*(int64_t *)row->value == 0)
			return NULL;
		when_format_duration(*(int64_t *)row->value, buffer);
		return buffer;
	case SETTING_BOOL_KIND:
	case SETTING_WHEN_KIND:
	case SETTING_LIST_KIND:
	case SETTING_PRINT_KIND:
		break;
	}
	return NULL;
}
