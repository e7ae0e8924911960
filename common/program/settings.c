#include "common/program/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "common/program/settings_completion.h"
#include "common/program/settings_help.h"
#include "common/program/settings_man.h"
#include "common/program/settings_value.h"

#ifndef TENURE_VERSION
#define TENURE_VERSION "0.1.0"
#endif

#define NAME_MAX_BYTES 64

struct settings_reading {
	const struct settings_manual *manual;
	int log_level, log_format;
	struct when now;
	struct setting rows[SETTINGS_ROWS_MAX + 1]; /* the program's, then those of every program */
	size_t count;
	bool given[SETTINGS_ROWS_MAX]; /* by a flag */
};

static void print_version(const struct settings_manual *manual, const struct setting *rows)
{
	(void)rows;
	printf("%s %s\n", manual->program, TENURE_VERSION);
}

/* Prints and exits when the word is an option that does so. */
static void print_if_asked(const struct settings_reading *r, const char *name)
{
	static const struct {
		const char *name;
		void (*print)(const struct settings_manual *manual, const struct setting *rows);
	} printers[] = {
		{"help", settings_help},
		{"version", print_version},
		{"print-man", settings_man},
		{"print-bash-completion", settings_completion_bash},
		{"print-zsh-completion", settings_completion_zsh},
	};

	for (size_t i = 0; i < sizeof(printers) / sizeof(printers[0]); i++) {
		if (strcmp(name, printers[i].name) != 0)
			continue;
		printers[i].print(r->manual, r->rows);
		exit(fflush(stdout) == 0 ? EX_OK : EX_IOERR);
	}
}

/* The environment is read first, so that flags override it. */
static int read_environment(const struct settings_reading *r)
{
	char name[SETTINGS_VALUE_NAME_SIZE];

	for (const struct setting *row = r->rows; row->name != NULL; row++) {
		settings_value_variable(row->name, name);

		const char *text = getenv(name);

		if (text == NULL || text[0] == '\0' || row->kind == SETTING_PRINT_KIND)
			continue;
		if (row->kind == SETTING_LIST_KIND)
			((struct settings_list *)row->value)->count = 0;
		if (settings_value_store(row, name, text, r->now) < 0)
			return -1;
	}
	return 0;
}

/* Levenshtein distance of two option names; names are short. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_BYTES + 1], length = strlen(b);

	if (length > NAME_MAX_BYTES)
		return SIZE_MAX;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < length; j++) {
			size_t best = diagonal + (a[i] == b[j] ? 0 : 1);

			diagonal = row[j + 1];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j + 1] + 1 < best)
				best = row[j + 1] + 1;
			row[j + 1] = best;
		}
	}
	return row[length];
}

/* SOURCE is the option as the user wrote it. */
static int unknown_option(const struct settings_reading *r, const char *source)
{
	const char *nearest = NULL;
	size_t nearest_distance = 3;

	for (const struct setting *row = r->rows; source[1] == '-' && row->name != NULL; row++) {
		size_t d = distance(row->name, source + 2);

		if (d < nearest_distance) {
			nearest_distance = d;
			nearest = row->name;
		}
	}
	if (nearest != NULL)
		log_error("unknown option %s; did you mean --%s? See --help", source, nearest);
	else
		log_error("unknown option %s; see --help", source);
	return -1;
}

/* Warns of TEXT, KEY=VALUE, if it is a password or the like: the arguments can be read by others. */
static void warn_of_secret(const struct setting *row, const char *source, const char *text)
{
	static const char *const endings[] = {"password", "secret"};
	size_t length = strcspn(text, "=");

	if (row->secrets == NULL)
		return;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t end = strlen(endings[i]);

		if (length >= end && memcmp(text + length - end, endings[i], end) == 0)
			log_warn("%s: %.*s is a secret, and every user of this machine can read "
				 "the arguments; put it into %s",
				 source, (int)length, text, row->secrets);
	}
}

/* Stores a flag's value. A list that flags give replaces the environment's. */
static int store_flag(struct settings_reading *r, size_t index, const char *source,
		      const char *text)
{
	const struct setting *row = &r->rows[index];
	bool again = r->given[index];

	if (row->kind == SETTING_LIST_KIND && !again)
		((struct settings_list *)row->value)->count = 0;
	if (row->kind != SETTING_LIST_KIND && row->kind != SETTING_BOOL_KIND && again) {
		log_error("%s: was given twice; it takes one value", source);
		return -1;
	}
	r->given[index] = true;
	warn_of_secret(row, source, text);
	return settings_value_store(row, source, text, r->now);
}

/* As store_flag(), with the word after *WORDS as the value, and leaves *WORDS on it. */
static int store_next(struct settings_reading *r, size_t index, const char *source, char ***words)
{
	char wanted[SETTINGS_VALUE_TEXT_SIZE];

	if ((*words)[1] == NULL) {
		log_error("%s needs a value: %s", source,
			  settings_value_wanted(&r->rows[index], wanted));
		return -1;
	}
	return store_flag(r, index, source, *++*words);
}

/* Reads "--name", "--name=value" or "--name value" at *WORDS and leaves *WORDS on
 * its last word. */
static int read_long(struct settings_reading *r, char ***words)
{
	const char *name = **words + 2;
	size_t length = strcspn(name, "="), i = 0;
	char source[NAME_MAX_BYTES];

	print_if_asked(r, name);
	while (i < r->count &&
	       (strncmp(r->rows[i].name, name, length) != 0 || r->rows[i].name[length] != '\0'))
		i++;
	if (i == r->count || r->rows[i].kind == SETTING_PRINT_KIND)
		return unknown_option(r, **words);
	snprintf(source, sizeof(source), "--%s", r->rows[i].name);
	if (name[length] == '=')
		return store_flag(r, i, source, name + length + 1);
	if (r->rows[i].kind == SETTING_BOOL_KIND)
		return store_flag(r, i, source, "true");
	return store_next(r, i, source, words);
}

/* Reads "-abc", "-xVALUE" or "-x VALUE" in the same way. */
static int read_letters(struct settings_reading *r, char ***words)
{
	for (const char *c = **words + 1; *c; c++) {
		const char source[] = {'-', *c, '\0'};
		size_t i = 0;

		while (i < r->count && r->rows[i].letter != *c)
			i++;
		if (i == r->count)
			return unknown_option(r, source);
		if (r->rows[i].kind != SETTING_BOOL_KIND)
			return c[1] != '\0' ? store_flag(r, i, source, c + 1)
					    : store_next(r, i, source, words);
		if (store_flag(r, i, source, "true") < 0)
			return -1;
	}
	return 0;
}

/* Reads the flags and moves the operands after them. Returns the index of the first
 * operand. */
static int read_flags(struct settings_reading *r, int argc, char **argv)
{
	char **operands = calloc((size_t)argc + 1, sizeof(*operands));
	char **kept = argv + 1;
	size_t count = 0;
	int rc = -1;

	if (operands == NULL) {
		log_error("out of memory");
		goto out;
	}
	for (char **word = argv + 1; word < argv + argc; word++) {
		char **first = word;

		if (strcmp(*word, "--") == 0) {
			*kept++ = *word++;
			while (word < argv + argc)
				operands[count++] = *word++;
			break;
		}
		if ((*word)[0] != '-' || (*word)[1] == '\0') {
			operands[count++] = *word;
			continue;
		}
		if (((*word)[1] == '-' ? read_long : read_letters)(r, &word) < 0)
			goto out;
		while (first <= word)
			*kept++ = *first++;
	}
	if (count > 0 && !r->manual->operands) {
		log_error("\"%s\" is not an option, and %s takes no operands; see --help",
			  operands[0], r->manual->program);
		goto out;
	}
	memcpy(kept, operands, count * sizeof(*operands));
	rc = (int)(kept - argv);
out:
	free(operands);
	return rc;
}

static int add_row(struct settings_reading *r, struct setting row)
{
	if (r->count == SETTINGS_ROWS_MAX) {
		log_error("%s has more than %d options", r->manual->program, SETTINGS_ROWS_MAX);
		return -1;
	}
	r->rows[r->count++] = row;
	return 0;
}

/* The program's rows and those of every program. */
static int collect_rows(struct settings_reading *r, const struct setting *table)
{
	static const char *const levels[] = {"error", "warn", "info", "debug", NULL};
	static const char *const formats[] = {"auto", "text", "logfmt", "json", NULL};
	const struct setting every[] = {
		SETTING_CHOICE("log-level", 0, "LEVEL", levels, &r->log_level,
			       "least severe messages to log"),
		SETTING_CHOICE(
			"log-format", 0, "FORMAT", formats, &r->log_format,
			"format of log lines; auto is text on a terminal and logfmt elsewhere"),
		SETTING_ROW("help", 0, NULL, PRINT, NULL, "print this help and exit", NULL),
		SETTING_ROW("version", 0, NULL, PRINT, NULL, "print the version and exit", NULL),
		SETTING_END,
	};

	for (const struct setting *row = table; row->name != NULL; row++)
		if (add_row(r, *row) < 0)
			return -1;
	for (const struct setting *row = every; row->name != NULL; row++)
		if (add_row(r, *row) < 0)
			return -1;
	return 0;
}

int settings_read_given(const struct settings_manual *manual, const struct setting *table, int argc,
			char **argv, struct settings_given *given)
{
	struct settings_reading r = {
		.manual = manual,
		.now = when_now(),
		.log_level = LOG_LEVEL_INFO,
		.log_format = LOG_AUTO,
	};
	int first;

	/* So that errors found here carry the program's name. */
	log_init(manual->program, LOG_LEVEL_INFO, LOG_AUTO);
	if (collect_rows(&r, table) < 0 || read_environment(&r) < 0)
		return -1;
	first = read_flags(&r, argc, argv);
	if (first < 0)
		return -1;
	log_init(manual->program, (enum log_level)r.log_level, (enum log_format)r.log_format);
	given->count = 0;
	for (size_t i = 0; i < r.count; i++) {
		if (r.given[i])
			given->names[given->count++] = r.rows[i].name;
	}
	return first;
}

const char *settings_version(void)
{
	return TENURE_VERSION;
}

int settings_read(const struct settings_manual *manual, const struct setting *table, int argc,
		  char **argv)
{
	struct settings_given given;

	return settings_read_given(manual, table, argc, argv, &given);
}

bool settings_has(const struct settings_given *given, const char *name)
{
	for (size_t i = 0; i < given->count; i++) {
		if (strcmp(given->names[i], name) == 0)
			return true;
	}
	return false;
}
