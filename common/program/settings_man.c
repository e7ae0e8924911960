#include "common/program/settings_man.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/program/settings_value.h"

#define PAGE_DATE "November 28, 2026" /* when the text of a page last changed */
#define LINE_BYTES 72                 /* of a line of text, with room for escapes */

static const char usage_error[] = "An option or an operand is missing or not valid.";

/* Prints one word of text for roff. */
static void put_word(const char *word, size_t length, bool first)
{
	if (first && (*word == '.' || *word == '\''))
		printf("\\&");
	for (size_t i = 0; i < length; i++) {
		if (word[i] == '\\')
			printf("\\e");
		else if (word[i] == '-' && (i == 0 || !isalnum((unsigned char)word[i - 1])))
			printf("\\-");
		else
			putchar(word[i]);
	}
}

/* Prints TEXT in lines of its own. As mdoc asks, each sentence starts a line. */
static void put_text(const char *text)
{
	size_t column = 0;
	bool sentence_ends = false;

	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		if (column > 0 && (sentence_ends || column + length > LINE_BYTES)) {
			putchar('\n');
			column = 0;
		} else if (column > 0) {
			putchar(' ');
		}
		put_word(text, length, column == 0);
		column += length + 1;
		sentence_ends = text[length - 1] == '.';
		text += length + strspn(text + length, " ");
	}
	putchar('\n');
}

/* As put_text(), as a sentence: with a capital letter and a full stop. */
static void put_sentence(const char *before, const char *text)
{
	char sentence[512];

	snprintf(sentence, sizeof(sentence), "%s%s%s", before, text,
		 text[strlen(text) - 1] == '.' ? "" : ".");
	sentence[0] = (char)toupper((unsigned char)sentence[0]);
	put_text(sentence);
}

static void put_option(const struct setting *row)
{
	char buffer[SETTINGS_VALUE_TEXT_SIZE], variable[SETTINGS_VALUE_NAME_SIZE];
	const char *value;

	printf(".It ");
	if (row->letter)
		printf("Fl %c , ", row->letter);
	printf("Fl \\-%s%s%s\n", row->name, row->argument != NULL ? " Ar " : "",
	       row->argument != NULL ? row->argument : "");
	put_sentence("", row->sentence);
	if (row->choices != NULL)
		put_sentence("It is one of ", settings_value_wanted(row, buffer));
	value = settings_value_default(row, buffer);
	if (value != NULL)
		put_sentence("The default is ", value);
	if (row->kind != SETTING_PRINT_KIND) {
		settings_value_variable(row->name, variable);
		printf("Environment:\n.Ev %s .\n", variable);
	}
}

static void put_options(const struct setting *rows)
{
	printf(".Sh OPTIONS\n"
	       "The value of a long option follows it as the next word or after an equals sign.\n"
	       ".Bl -tag -width Ds\n");
	for (const struct setting *row = rows; row->name != NULL; row++)
		put_option(row);
	printf(".El\n");
}

/* A list of terms, each set in MACRO, and their meanings. */
static void put_notes(const char *macro, const struct settings_note *notes)
{
	printf(".Bl -tag -width Ds\n");
	for (const struct settings_note *note = notes; note->term != NULL; note++) {
		printf(".It %s %s\n", macro, note->term);
		put_sentence("", note->text);
	}
	printf(".El\n");
}

static void put_environment(const struct settings_manual *manual)
{
	printf(".Sh ENVIRONMENT\n");
	put_text("Every option can also be set in the environment, by the variable named with it "
		 "under OPTIONS. A flag overrides the environment. An empty variable counts as "
		 "absent. An option without a value takes true or false there.");
	if (manual->environment[0].term == NULL)
		return;
	printf("Other variables:\n");
	put_notes("Ev", manual->environment);
}

static void put_files(const struct settings_manual *manual)
{
	if (manual->files[0].term == NULL)
		return;
	printf(".Sh FILES\n");
	put_notes("Pa", manual->files);
}

static void put_exit_status(const struct settings_manual *manual)
{
	printf(".Sh EXIT STATUS\nThe statuses are those of\n.In sysexits.h .\n"
	       ".Bl -tag -width Ds\n.It 0\nSuccess.\n.It %d\n%s\n",
	       EX_USAGE, usage_error);
	for (const struct settings_exit *status = manual->exits; status->status != 0; status++) {
		printf(".It %d\n", status->status);
		put_sentence("", status->when);
	}
	printf(".El\n");
}

static void put_examples(const struct settings_manual *manual)
{
	if (manual->examples[0].term == NULL)
		return;
	printf(".Sh EXAMPLES\n");
	for (const struct settings_note *note = manual->examples; note->term != NULL; note++) {
		if (note > manual->examples)
			printf(".Pp\n");
		put_sentence("", note->text);
		printf(".Bd -literal -offset indent\n");
		put_word(note->term, strlen(note->term), true);
		printf("\n.Ed\n");
	}
}

/* The first sentence of the purpose, in the form that mdoc asks for. */
static void put_name(const struct settings_manual *manual)
{
	const char *end = strstr(manual->purpose, ". ");
	size_t length = end != NULL ? (size_t)(end - manual->purpose) : strlen(manual->purpose) - 1;

	printf(".Sh NAME\n.Nm %s\n.Nd %c%.*s\n", manual->program,
	       tolower((unsigned char)manual->purpose[0]), (int)length - 1, manual->purpose + 1);
}

void settings_man(const struct settings_manual *manual, const struct setting *rows)
{
	printf(".\\\" Printed by %s --print-man.\n.Dd " PAGE_DATE "\n.Dt ", manual->program);
	for (const char *c = manual->program; *c; c++)
		putchar(toupper((unsigned char)*c));
	printf(" 1\n.Os Tenure\n");
	put_name(manual);
	printf(".Sh SYNOPSIS\n.Nm\n");
	put_text(manual->synopsis);
	printf(".Sh DESCRIPTION\n");
	put_text(manual->purpose);
	for (const char *const *paragraph = manual->description; *paragraph != NULL; paragraph++) {
		printf(".Pp\n");
		put_text(*paragraph);
	}
	put_options(rows);
	put_environment(manual);
	put_files(manual);
	put_exit_status(manual);
	put_examples(manual);
	if (manual->see_also[0] != NULL)
		printf(".Sh SEE ALSO\n");
	for (const char *const *page = manual->see_also; *page != NULL; page++)
		printf(".Xr %s%s\n", *page, page[1] != NULL ? " ," : "");
}
