/* settings.h - the options of a program: one table for the command line and the environment.
 *
 * A flag overrides the environment, and the environment overrides the default, which is what the
 * row's VALUE holds when settings_read() is called. "--cluster-member NAME" is also
 * TENURE_CLUSTER_MEMBER=NAME. An empty variable counts as absent. A variable holds one value of a
 * list; a list given by flags replaces it. A flag with one value that is given twice is an error: which
 * of the two counts is anybody's guess.
 *
 * Every program also has --log-level, --log-format, --help and --version, and,
 * not listed by --help, --print-man, --print-bash-completion and
 * --print-zsh-completion. All of them are handled here.
 */
#ifndef TENURE_SETTINGS_H
#define TENURE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

#define SETTINGS_LIST_MAX 64 /* values of one repeated option */
#define SETTINGS_ROWS_MAX 64 /* options of one program, with those of every program */

struct settings_list {
	const char *values[SETTINGS_LIST_MAX];
	size_t count;
};

enum setting_kind {
	SETTING_TEXT_KIND,
	SETTING_BOOL_KIND,
	SETTING_NUMBER_KIND,   /* int64_t, not negative */
	SETTING_DURATION_KIND, /* int64_t nanoseconds, see when_parse_duration() */
	SETTING_WHEN_KIND, /* struct when, see when_text_parse(); now is when the options are read */
	SETTING_LIST_KIND,   /* repeatable text */
	SETTING_CHOICE_KIND, /* int, the index of one of CHOICES */
	SETTING_PRINT_KIND,  /* prints and exits: --help and --version only */
};

/* One row. */
struct setting {
	const char *name;
	char letter;          /* 0: no short form */
	const char *argument; /* as --help shows it; FILE, DIR and ADDRESS complete to paths */
	enum setting_kind kind;
	void *value;
	const char *sentence;
	const char *const *choices; /* of a choice: the values it takes, then NULL */
	const char *
		secrets; /* of a list of KEY=VALUE, some of them secret: where to put these instead */
};

/* clang-format off */
#define SETTING_ROW(n, l, a, k, v, s, c) {(n), (l), (a), SETTING_##k##_KIND, (v), (s), (c), NULL}
#define SETTING_TEXT(n, l, a, v, s) SETTING_ROW(n, l, a, TEXT, (const char **)(v), s, NULL)
#define SETTING_BOOL(n, l, v, s) SETTING_ROW(n, l, NULL, BOOL, (bool *)(v), s, NULL)
#define SETTING_NUMBER(n, l, a, v, s) SETTING_ROW(n, l, a, NUMBER, (int64_t *)(v), s, NULL)
#define SETTING_DURATION(n, l, a, v, s) SETTING_ROW(n, l, a, DURATION, (int64_t *)(v), s, NULL)
#define SETTING_WHEN(n, l, a, v, s) SETTING_ROW(n, l, a, WHEN, (struct when *)(v), s, NULL)
#define SETTING_LIST(n, l, a, v, s) SETTING_ROW(n, l, a, LIST, (struct settings_list *)(v), s, NULL)
/* Values KEY=VALUE. A password among the arguments is warned of: put it into SECRETS. */
#define SETTING_PROPERTIES(n, l, v, secrets, s) {(n), (l), "KEY=VALUE", SETTING_LIST_KIND, (struct settings_list *)(v), (s), NULL, (secrets)}
#define SETTING_CHOICE(n, l, a, c, v, s) SETTING_ROW(n, l, a, CHOICE, (int *)(v), s, c)
#define SETTING_END {NULL, 0, NULL, SETTING_BOOL_KIND, NULL, NULL, NULL, NULL}
/* clang-format on */

/* A term of the manual page and what it means. */
struct settings_note {
	const char *term;
	const char *text;
};

struct settings_exit {
	int status;       /* of sysexits.h, not 0 */
	const char *when; /* "the broker cannot be reached" */
};

/* What --help and the manual page say about the program as a whole. Arrays end with an
 * empty entry. The members after OPERANDS are only for the manual page and are optional. */
struct settings_manual {
	const char *program;  /* "tenure-flows" */
	const char *synopsis; /* "-i INTERFACE | -r FILE --out ADDRESS [FILTER]" */
	const char *purpose;  /* one sentence */
	bool operands;        /* words that are not options are allowed */

	const char *description[6];          /* paragraphs */
	struct settings_note environment[4]; /* variables other than the options' */
	struct settings_note files[4];       /* names of files */
	struct settings_exit exits[12];      /* without EX_USAGE, which every program has */
	struct settings_note examples[8];    /* a command, and what it does */
	const char *see_also[8];             /* "tenure-kube 1" */
};

/* Reads ARGV by TABLE, which ends with SETTING_END. Returns the index of the
 * first operand in ARGV (options are moved before operands), or -1 after one
 * logged line that names the option and what it takes: the caller then exits
 * with EX_USAGE. Exits by itself after an option that prints. */
int settings_read(const struct settings_manual *manual, const struct setting *table, int argc,
		  char **argv);

/* What --version prints after the program's name. */
const char *settings_version(void);

/* The options that a flag gave, so that a program can refuse one that would do nothing. Those of the environment
 * are not: a variable may be meant for another program. */
struct settings_given {
	const char *names[SETTINGS_ROWS_MAX]; /* without "--" */
	size_t count;
};

/* As settings_read(), and fills *GIVEN, whose names are those of TABLE. */
int settings_read_given(const struct settings_manual *manual, const struct setting *table, int argc,
			char **argv, struct settings_given *given);
/* Whether a flag gave the option NAME. */
bool settings_has(const struct settings_given *given, const char *name);

#endif
