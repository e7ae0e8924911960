#include "common/program/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "common/program/settings_help.h"

#ifndef TENURE_VERSION
#define TENURE_VERSION "0.1.0"
#endif

#define ROWS_MAX 64
#define NAME_MAX_BYTES 64

struct settings_reading {
	const struct settings_manual *manual;
	const struct setting *table; /* the program's rows */
	const char *log_level;
	const char *log_format;
	struct setting common[3]; /* the rows that every program has */
	bool given[ROWS_MAX];     /* by a flag; see row_at() for the index */
	size_t rows;              /* of the table, without the common ones */
};

/* Row INDEX of the program's table, and behind it the common ones. */
static const struct setting *row_at(const struct settings_reading *r, size_t index)
{
	if (index < r->rows)
		return &r->table[index];
	return &r->common[index - r->rows];
}

static size_t row_count(const struct settings_reading *r)
{
	return r->rows + 2;
}

/* "cluster-member" becomes "TENURE_CLUSTER_MEMBER". */
static void environment_name(const char *name, char out[static NAME_MAX_BYTES])
{
	snprintf(out, NAME_MAX_BYTES, "TENURE_%s", name);
	for (char *c = out; *c; c++) {
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

/* What a row of this kind takes, to say what would be right. */
static const char *kind_wants(enum setting_kind kind)
{
	switch (kind) {
	case SETTING_BOOL_KIND:
		return "true or false";
	case SETTING_NUMBER_KIND:
		return "a whole number from 0 on";
	case SETTING_DURATION_KIND:
		return "a duration such as 500ms, 10s, 5m, 2h, 3d";
	case SETTING_WHEN_KIND:
		return "a time such as 2026-11-23T08:00:00Z";
	case SETTING_TEXT_KIND:
	case SETTING_LIST_KIND:
		break;
	}
	return "text";
}

/* Stores TEXT in ROW's variable. SOURCE is the option or variable as the user
 * wrote it. */
static int store(const struct setting *row, const char *source, const char *text)
{
	struct settings_list *list = row->value;
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
		rc = when_parse(text, strlen(text), row->value);
		break;
	case SETTING_LIST_KIND:
		if (list->count == SETTINGS_LIST_MAX) {
			log_error("%s: given more than %d times", source, SETTINGS_LIST_MAX);
			return -1;
		}
		list->values[list->count++] = text;
		break;
	}
	if (rc != 0)
		log_error("%s: \"%s\" is wrong, it takes %s", source, text, kind_wants(row->kind));
	return rc;
}

/* The environment comes first, so that flags overwrite it. */
static int read_environment(const struct settings_reading *r)
{
	char name[NAME_MAX_BYTES];

	for (size_t i = 0; i < row_count(r); i++) {
		const struct setting *row = row_at(r, i);

		environment_name(row->name, name);

		const char *text = getenv(name);

		if (text == NULL || text[0] == '\0')
			continue;
		if (row->kind == SETTING_LIST_KIND)
			((struct settings_list *)row->value)->count = 0;
		if (store(row, name, text) < 0)
			return -1;
	}
	return 0;
}

/* Ends the program after --help and --version; a closed standard output is an
 * error there too. */
static void end_after_print(void)
{
	exit(fflush(stdout) == 0 ? EX_OK : EX_IOERR);
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

static int unknown_option(const struct settings_reading *r, const char *name)
{
	const char *nearest = NULL;
	size_t nearest_distance = 3;

	for (size_t i = 0; i < row_count(r); i++) {
		size_t d = distance(row_at(r, i)->name, name);

		if (d < nearest_distance) {
			nearest_distance = d;
			nearest = row_at(r, i)->name;
		}
	}
	if (nearest != NULL)
		log_error("unknown option --%s, is it --%s? See --help", name, nearest);
	else
		log_error("unknown option --%s, see --help for all of them", name);
	return -1;
}

/* Stores a flag's value; a list that a flag gives replaces the environment's. */
static int store_flag(struct settings_reading *r, size_t index, const char *source,
		      const char *text)
{
	const struct setting *row = row_at(r, index);

	if (row->kind == SETTING_LIST_KIND && !r->given[index])
		((struct settings_list *)row->value)->count = 0;
	r->given[index] = true;
	return store(row, source, text);
}

/* Reads "--name", "--name=value" or "--name value" at ARGV[*AT] and leaves *AT
 * on its last word. */
static int read_long(struct settings_reading *r, int argc, char **argv, int *at)
{
	const char *name = argv[*at] + 2;
	const char *equals = strchr(name, '=');
	size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
	char source[NAME_MAX_BYTES];

	if (strcmp(name, "help") == 0) {
		settings_help(r->manual, r->table);
		settings_help_rows(r->common);
		settings_help_end();
		end_after_print();
	}
	if (strcmp(name, "version") == 0) {
		printf("%s %s\n", r->manual->program, TENURE_VERSION);
		end_after_print();
	}
	for (size_t i = 0; i < row_count(r); i++) {
		const struct setting *row = row_at(r, i);

		if (strlen(row->name) != length || memcmp(row->name, name, length) != 0)
			continue;
		snprintf(source, sizeof(source), "--%s", row->name);
		if (equals != NULL)
			return store_flag(r, i, source, equals + 1);
		if (row->kind == SETTING_BOOL_KIND)
			return store_flag(r, i, source, "true");
		if (*at + 1 == argc) {
			log_error("%s: needs a value, %s", source, kind_wants(row->kind));
			return -1;
		}
		return store_flag(r, i, source, argv[++*at]);
	}
	return unknown_option(r, name);
}

/* Reads "-abc", "-xVALUE" or "-x VALUE" in the same way. */
static int read_letters(struct settings_reading *r, int argc, char **argv, int *at)
{
	for (const char *c = argv[*at] + 1; *c; c++) {
		const char source[] = {'-', *c, '\0'};
		size_t i = 0;

		while (i < row_count(r) && row_at(r, i)->letter != *c)
			i++;
		if (i == row_count(r)) {
			log_error("unknown option %s, see --help for all of them", source);
			return -1;
		}
		if (row_at(r, i)->kind == SETTING_BOOL_KIND) {
			if (store_flag(r, i, source, "true") != 0)
				return -1;
			continue;
		}
		if (c[1] != '\0')
			return store_flag(r, i, source, c + 1);
		if (*at + 1 == argc) {
			log_error("%s: needs a value, %s", source, kind_wants(row_at(r, i)->kind));
			return -1;
		}
		return store_flag(r, i, source, argv[++*at]);
	}
	return 0;
}

/* Reads the flags and moves the operands behind them; returns the index of the
 * first. */
static int read_flags(struct settings_reading *r, int argc, char **argv)
{
	char **operands = calloc((size_t)argc + 1, sizeof(*operands));
	int kept = 1, count = 0, rc = -1;

	if (operands == NULL) {
		log_error("no memory");
		goto out;
	}
	for (int at = 1; at < argc; at++) {
		int first = at;

		if (strcmp(argv[at], "--") == 0) {
			argv[kept++] = argv[at++];
			while (at < argc)
				operands[count++] = argv[at++];
			break;
		}
		if (argv[at][0] != '-' || argv[at][1] == '\0') {
			operands[count++] = argv[at];
			continue;
		}
		if ((argv[at][1] == '-' ? read_long : read_letters)(r, argc, argv, &at) != 0)
			goto out;
		while (first <= at)
			argv[kept++] = argv[first++];
	}
	if (count > 0 && !r->manual->operands) {
		log_error("\"%s\" is no option, and %s takes no other words; see --help",
			  operands[0], r->manual->program);
		goto out;
	}
	memcpy(argv + kept, operands, (size_t)count * sizeof(*operands));
	rc = kept;
out:
	free(operands);
	return rc;
}

/* Index of NAME among COUNT names, -1 after an error line. */
static int choice(const char *option, const char *name, const char *const *names, int count)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(name, names[i]) == 0)
			return i;
	}
	log_error("%s: \"%s\" is wrong, it takes %s, %s, %s%s%s", option, name, names[0], names[1],
		  names[2], count > 3 ? ", " : "", count > 3 ? names[3] : "");
	return -1;
}

static int apply_log(const struct settings_reading *r)
{
	static const char *const levels[] = {"error", "warn", "info", "debug"};
	static const char *const formats[] = {"text", "logfmt", "json"};
	int level = LOG_LEVEL_INFO, format = LOG_AUTO;

	if (r->log_level != NULL)
		level = choice("--log-level", r->log_level, levels, 4);
	if (r->log_format != NULL)
		format = choice("--log-format", r->log_format, formats, 3);
	if (level < 0 || format < 0)
		return -1;
	if (r->log_format != NULL)
		format += LOG_TEXT;
	log_init(r->manual->program, (enum log_level)level, (enum log_format)format);
	return 0;
}

int settings_read(const struct settings_manual *manual, const struct setting *table, int argc,
		  char **argv)
{
	struct settings_reading r = {.manual = manual, .table = table};
	int first;

	/* So that what is wrong here is said in the program's name. */
	log_init(manual->program, LOG_LEVEL_INFO, LOG_AUTO);
	r.common[0] = (struct setting)SETTING_TEXT("log-level", 0, "LEVEL", &r.log_level,
						   "error, warn, info or debug (default info)");
	r.common[1] = (struct setting)SETTING_TEXT(
		"log-format", 0, "FORMAT", &r.log_format,
		"text, logfmt or json (default text on a terminal, else logfmt)");
	r.common[2] = (struct setting)SETTING_END;
	while (table[r.rows].name)
		r.rows++;
	if (row_count(&r) > ROWS_MAX) {
		log_error("%s has more than %d options", manual->program, ROWS_MAX);
		return -1;
	}
	if (read_environment(&r) < 0)
		return -1;
	first = read_flags(&r, argc, argv);
	if (first < 0 || apply_log(&r) < 0)
		return -1;
	return first;
}
