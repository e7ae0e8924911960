#include "common/program/settings_completion.h"

#include <stdio.h>
#include <string.h>

static bool takes_path(const struct setting *row)
{
	return row->argument != NULL &&
	       (strcmp(row->argument, "FILE") == 0 || strcmp(row->argument, "DIR") == 0 ||
		strcmp(row->argument, "ADDRESS") == 0);
}

static bool takes_directory(const struct setting *row)
{
	return strcmp(row->argument, "DIR") == 0;
}

/* The name of the shell function that completes the program: "_tenure_kube". */
static void put_function(const char *program)
{
	putchar('_');
	for (const char *c = program; *c; c++)
		putchar(*c == '-' ? '_' : *c);
}

static void put_choices(const struct setting *row)
{
	for (size_t i = 0; row->choices[i] != NULL; i++)
		printf("%s%s", i > 0 ? " " : "", row->choices[i]);
}

static bool takes_plain_text(const struct setting *row)
{
	return row->argument != NULL && row->choices == NULL && !takes_path(row);
}

/* "--brokers | -b" of a case. */
static void put_bash_pattern(const struct setting *row)
{
	printf("--%s", row->name);
	if (row->letter)
		printf(" | -%c", row->letter);
}

/* The case that completes the value of ROW. */
static void put_bash_value(const struct setting *row)
{
	printf("\t");
	put_bash_pattern(row);
	printf(")\n");
	if (row->choices != NULL) {
		printf("\t\tmapfile -t COMPREPLY < <(compgen -W '");
		put_choices(row);
		printf("' -- \"$word\")\n");
	} else {
		printf("\t\tcompopt -o filenames\n"
		       "\t\tmapfile -t COMPREPLY < <(compgen -%c -- \"$word\")\n",
		       takes_directory(row) ? 'd' : 'f');
	}
	printf("\t\treturn\n\t\t;;\n");
}

/* The case of all options whose values cannot be completed. */
static void put_bash_texts(const struct setting *rows)
{
	const char *before = "\t";

	for (const struct setting *row = rows; row->name != NULL; row++) {
		if (!takes_plain_text(row))
			continue;
		printf("%s", before);
		put_bash_pattern(row);
		before = " | ";
	}
	printf(")\n\t\treturn\n\t\t;;\n");
}

void settings_completion_bash(const struct settings_manual *manual, const struct setting *rows)
{
	printf("# bash completion for %s, printed by %s --print-bash-completion.\n\n",
	       manual->program, manual->program);
	put_function(manual->program);
	/* bash splits --name=value into three words. */
	printf("()\n{\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}\n\n"
	       "\tCOMPREPLY=()\n"
	       "\tif [[ $word == = ]]; then\n"
	       "\t\tword=\n"
	       "\telif [[ $option == = ]]; then\n"
	       "\t\toption=${COMP_WORDS[COMP_CWORD - 2]}\n"
	       "\tfi\n"
	       "\tcase $option in\n");
	for (const struct setting *row = rows; row->name != NULL; row++)
		if (row->argument != NULL && !takes_plain_text(row))
			put_bash_value(row);
	put_bash_texts(rows);
	printf("\tesac\n"
	       "\tif [[ $word == -* ]]; then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (const struct setting *row = rows; row->name != NULL; row++) {
		if (row->letter)
			printf("-%c ", row->letter);
		printf("--%s%s", row->name, row[1].name != NULL ? " " : "");
	}
	printf("' -- \"$word\")\n"
	       "\tfi\n"
	       "}\n"
	       "complete -F ");
	put_function(manual->program);
	printf(" %s\n", manual->program);
}

/* TEXT inside quotes and brackets of an _arguments specification. */
static void put_zsh_text(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c == '\'')
			printf("'\\''");
		else if (strchr("[]\\:", *c) != NULL)
			printf("\\%c", *c);
		else
			putchar(*c);
	}
}

static void put_zsh_row(const struct setting *row)
{
	const char *equals = row->argument != NULL ? "=" : "";

	printf(" \\\n\t");
	printf("'");
	if (row->kind == SETTING_LIST_KIND)
		printf("*");
	else if (row->letter)
		printf("(-%c --%s)", row->letter, row->name);
	if (row->letter)
		printf("'{-%c%s,--%s%s}'", row->letter, row->argument != NULL ? "+" : "", row->name,
		       equals);
	else
		printf("--%s%s", row->name, equals);
	printf("[");
	put_zsh_text(row->sentence);
	printf("]");
	if (row->argument != NULL) {
		printf(":%s:", row->argument);
		if (row->choices != NULL) {
			printf("(");
			put_choices(row);
			printf(")");
		} else if (takes_path(row)) {
			printf("%s", takes_directory(row) ? "_directories" : "_files");
		}
	}
	printf("'");
}

void settings_completion_zsh(const struct settings_manual *manual, const struct setting *rows)
{
	printf("#compdef %s\n# Printed by %s --print-zsh-completion.\n\n_arguments -s -S",
	       manual->program, manual->program);
	for (const struct setting *row = rows; row->name != NULL; row++)
		put_zsh_row(row);
	if (manual->operands)
		printf(" \\\n\t'*:operand: '");
	printf("\n");
}
