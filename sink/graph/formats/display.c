#include "sink/graph/formats/display.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/program/log.h"
#include "common/program/standard_output.h"
#include "sink/graph/formats/compare_csv.h"
#include "sink/graph/formats/compare_json.h"
#include "sink/graph/formats/compare_table.h"
#include "sink/graph/formats/edge_records.h"
#include "sink/graph/formats/formats.h"
#include "sink/graph/formats/openmetrics.h"

#define CHECK_NS NS_PER_SECOND
#define KEYS_NS (100 * NS_PER_MS)
#define STARTUP_NS (2 * NS_PER_SECOND)
#define TEXT_MAX (64u * 1024 * 1024) /* bytes of a snapshot; an edge takes 500 in JSON */
#define TABLE_FRAME 11               /* lines of a table that are not edges */
#define CLEAR_SCREEN "\033[H\033[J"  /* ECMA-48: cursor home, erase to the end */

bool display_due(struct display *display, uint64_t records, bool idle, struct when now)
{
	if (records > 0 && display->first_read.ns == 0)
		display->first_read = now;
	if (when_since(now, display->checked_at) < CHECK_NS &&
	    when_not_after(display->checked_at, now))
		return false;
	display->checked_at = now;
	if (display->shown == 0 && when_since(now, display->first_read) < STARTUP_NS &&
	    !(idle && display->from_file))
		return false;
	return display->shown != records;
}

void display_open(struct display *display)
{
	display->view.sort = (enum table_column)display->sort;
	display->interactive =
		display->follow && display->format == FORMAT_TABLE && isatty(STDOUT_FILENO) == 1;
	if (display->interactive)
		terminal_open(&display->terminal);
}

void display_close(struct display *display)
{
	if (display->interactive)
		terminal_close(&display->terminal);
}

bool display_pressed(struct display *display, struct when now)
{
	struct table_view *view = &display->view;
	bool again = false;
	char key;

	if (!display->interactive ||
	    (when_since(now, display->keys_at) < KEYS_NS && when_not_after(display->keys_at, now)))
		return false;
	display->keys_at = now;
	while ((key = terminal_key(&display->terminal)) != '\0') {
		again = true;
		if (key == 'q')
			display->closed = true;
		else if (key == 'r')
			view->reverse = !view->reverse;
		else if (key == '>' || key == 's')
			view->sort = (view->sort + 1) % TABLE_COLUMNS;
		else if (key == '<')
			view->sort = (view->sort + TABLE_COLUMNS - 1) % TABLE_COLUMNS;
	}
	return again && display->shown > 0;
}

/* A table that fits the terminal, and what the keys do. */
static void format_table(struct display *display, const struct snapshot *snapshot,
			 struct text *text)
{
	struct table_view *view = &display->view;
	size_t lines;

	view->rows = view->width = 0;
	if (display->interactive) {
		terminal_size(&lines, &view->width);
		view->rows = lines > TABLE_FRAME ? lines - TABLE_FRAME : 0;
	}
	table_format(snapshot, view, text);
	if (display->interactive)
		text_add_format(text, "\nby %s%s   < > column  r reverse  q quit\n",
				table_columns[view->sort], view->reverse ? ", reversed" : "");
}

static int print(struct display *display, const struct text *text, bool clear)
{
	if (clear)
		fputs(CLEAR_SCREEN, stdout);
	fwrite(text->data, 1, text->length, stdout);
	return standard_output_flush(&display->closed);
}

bool display_compares(int format)
{
	return format == FORMAT_TABLE || format == FORMAT_JSON || format == FORMAT_CSV;
}

static int print_checked(struct display *display, const struct text *text, bool clear)
{
	if (!text->failed)
		return print(display, text, clear);
	log_error("out of memory, or the graph's text is longer than %u MiB", TEXT_MAX >> 20);
	return -1;
}

int display_show_comparison(struct display *display, const struct comparison *comparison)
{
	struct text text;
	int rc;

	text_init(&text, TEXT_MAX);
	if (display->format == FORMAT_JSON) {
		text_add_string(&text, "{");
		compare_json_add(comparison, &text);
		text_add_string(&text, "}\n");
	} else if (display->format == FORMAT_CSV) {
		compare_csv_format(comparison, &text);
	} else {
		compare_table_format(comparison, &text);
	}
	rc = print_checked(display, &text, false);
	display->shown = comparison->after.snapshot->records.read;
	text_free(&text);
	return rc;
}

/* Adds the next part of a series, which may be long. False if there is none. */
static bool add_part(struct openmetrics *openmetrics, bool metrics, size_t part, struct text *key,
		     struct text *out)
{
	const struct snapshot *whole = openmetrics->whole;

	if (metrics)
		return openmetrics_next(openmetrics, out);
	if (part == openmetrics->series->count)
		return false;
	for (size_t i = 0; i < whole->edge_count; i++) {
		if (edge_records_add(whole, i, &openmetrics->series->steps[part], key, out))
			text_add_string(out, "\n");
	}
	return true;
}

int display_show_series(struct display *display, const struct snapshot *whole,
			const struct series *series)
{
	struct openmetrics openmetrics = {.whole = whole, .series = series};
	bool metrics = display->format == FORMAT_PROMETHEUS;
	struct text text, key;
	int rc = 0;

	text_init(&text, TEXT_MAX);
	text_init(&key, TEXT_MAX);
	for (size_t i = 0; rc == 0 && !display->closed; i++) {
		text_clear(&text);
		if (!add_part(&openmetrics, metrics, i, &key, &text))
			break;
		rc = print_checked(display, &text, false);
	}
	display->shown = whole->records.read;
	text_free(&text);
	text_free(&key);
	return rc;
}

int display_show(struct display *display, const struct snapshot *snapshot)
{
	bool terminal = display->follow && isatty(STDOUT_FILENO) == 1;
	struct text text;
	int rc;

	text_init(&text, TEXT_MAX);
	if (display->format == FORMAT_TABLE)
		format_table(display, snapshot, &text);
	else
		formats_write((enum format)display->format, snapshot, &text);
	if (display->follow && !terminal && display->format != FORMAT_JSON)
		text_add_string(&text, "\n");
	rc = print_checked(display, &text, terminal);
	display->shown = snapshot->records.read;
	text_free(&text);
	return rc;
}
