/* settings.h - the options of a program: one table, command line and environment.
 *
 * A flag beats the environment, the environment beats the default that the
 * variable holds when settings_read() is called. "--cluster-member NAME" is
 * also TENURE_CLUSTER_MEMBER=NAME; an empty variable counts as absent, and one
 * gives a list one value. A list given by flags replaces the environment's.
 * --help prints the table, --version the version; both end the program with 0.
 * Every program has --log-level and --log-format too; they are applied here.
 */
#ifndef TENURE_SETTINGS_H
#define TENURE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

#define SETTINGS_LIST_MAX 64 /* values that one repeated option may have */

struct settings_list {
	const char *values[SETTINGS_LIST_MAX];
	size_t count;
};

enum setting_kind {
	SETTING_TEXT_KIND,
	SETTING_BOOL_KIND,
	SETTING_NUMBER_KIND,   /* int64_t, not negative */
	SETTING_DURATION_KIND, /* int64_t nanoseconds, see when_parse_duration() */
	SETTING_WHEN_KIND,     /* struct when, RFC 3339 */
	SETTING_LIST_KIND,     /* repeatable text */
};

/* One row. LETTER is 0 where there is no short form. ARGUMENT is the word that
 * --help shows (NULL for a bool). */
struct setting {
	const char *name;
	char letter;
	const char *argument;
	enum setting_kind kind;
	void *value;
	const char *sentence;
};

/* clang-format off */
#define SETTING_TEXT(n, l, a, v, s) {(n), (l), (a), SETTING_TEXT_KIND, (const char **)(v), (s)}
#define SETTING_BOOL(n, l, v, s) {(n), (l), NULL, SETTING_BOOL_KIND, (bool *)(v), (s)}
#define SETTING_NUMBER(n, l, a, v, s) {(n), (l), (a), SETTING_NUMBER_KIND, (int64_t *)(v), (s)}
#define SETTING_DURATION(n, l, a, v, s) {(n), (l), (a), SETTING_DURATION_KIND, (int64_t *)(v), (s)}
#define SETTING_WHEN(n, l, a, v, s) {(n), (l), (a), SETTING_WHEN_KIND, (struct when *)(v), (s)}
#define SETTING_LIST(n, l, a, v, s) \
	{(n), (l), (a), SETTING_LIST_KIND, (struct settings_list *)(v), (s)}
#define SETTING_END {NULL, 0, NULL, SETTING_BOOL_KIND, NULL, NULL}
/* clang-format on */

struct settings_manual {
	const char *program;  /* "tenure-flows" */
	const char *synopsis; /* "-i INTERFACE | -r FILE --out ADDRESS [FILTER]" */
	const char *purpose;  /* one sentence */
	bool operands;        /* words that are no options are allowed */
};

/* Reads ARGV by TABLE, which ends with SETTING_END. Returns the index of the
 * first operand in ARGV (options are moved before operands), or -1 after one
 * logged line that names the option and what would be right: the caller then
 * exits with EX_USAGE. Exits 0 itself after --help and --version. */
int settings_read(const struct settings_manual *manual, const struct setting *table, int argc,
		  char **argv);

#endif
