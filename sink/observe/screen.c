#include "sink/observe/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/program/standard_output.h"

void screen_init(struct screen *screen, enum flow_line_form form)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	size_t count;
	const struct flow_line_column *columns = flow_line_columns(form, &count);

	*screen = (struct screen){.form = form};
	screen->colours = isatty(STDOUT_FILENO) == 1 && (no_color == NULL || no_color[0] == '\0') &&
			  term != NULL && strcmp(term, "dumb") != 0;
	for (size_t i = 0; i < count; i++)
		screen->widths[i] = strlen(columns[i].title);
}

void screen_reserve(struct screen *screen)
{
	size_t count;
	const struct flow_line_column *columns = flow_line_columns(screen->form, &count);

	for (size_t i = 0; i < count; i++) {
		if (columns[i].usual > screen->widths[i])
			screen->widths[i] = columns[i].usual;
	}
}

void screen_measure(struct screen *screen, const struct flow_line *line)
{
	for (size_t i = 0; i < line->count; i++) {
		size_t width = line->cells[i].length;

		if (width > SCREEN_WIDEST)
			width = SCREEN_WIDEST;
		if (width > screen->widths[i])
			screen->widths[i] = width;
	}
}

static void print_blanks(size_t count)
{
	printf("%*s", (int)count, "");
}

/* Prints a cell after the blanks that are due; *DUE is then what follows it. */
static void print_cell(const struct screen *screen, const struct flow_line_column *column,
		       size_t width, const char *text, struct flow_line_cell cell, size_t *due)
{
	static const char *const tints[] = {
		[TINT_NONE] = "",          [TINT_FAINT] = "\033[2m", [TINT_GOOD] = "\033[32m",
		[TINT_DOUBT] = "\033[33m", [TINT_BAD] = "\033[31m",
	};
	bool tinted = screen->colours && tints[cell.tint][0] != '\0';
	size_t padding = cell.length < width ? width - cell.length : 0;

	if (cell.length == 0) {
		*due += width + 2;
		return;
	}
	print_blanks(*due + (column->right ? padding : 0));
	fputs(tinted ? tints[cell.tint] : "", stdout);
	fwrite(text, 1, cell.length, stdout);
	fputs(tinted ? "\033[0m" : "", stdout);
	*due = 2 + (column->right ? 0 : padding);
}

static void print_titles(struct screen *screen, const struct flow_line_column *columns,
			 size_t count)
{
	size_t due = 0;

	for (size_t i = 0; i < count; i++)
		print_cell(screen, &columns[i], screen->widths[i], columns[i].title,
			   (struct flow_line_cell){(uint32_t)strlen(columns[i].title), TINT_FAINT},
			   &due);
	fputs("\n", stdout);
	screen->titled = true;
}

void screen_print(struct screen *screen, const struct flow_line *line)
{
	size_t count, due = 0;
	const struct flow_line_column *columns = flow_line_columns(screen->form, &count);
	const char *text = line->text;

	if (line->count == 0) {
		fwrite(line->text, 1, line->length, stdout);
	} else if (!screen->titled) {
		print_titles(screen, columns, count);
	}
	for (size_t i = 0; i < line->count; i++) {
		print_cell(screen, &columns[i], screen->widths[i], text, line->cells[i], &due);
		text += line->cells[i].length;
	}
	fputs("\n", stdout);
}

int screen_flush(struct screen *screen)
{
	return standard_output_flush(&screen->closed);
}
