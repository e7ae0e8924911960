#include "common/program/columns.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/base/array.h"

void columns_init(struct columns *table, size_t columns, unsigned right, size_t limit)
{
	*table = (struct columns){.columns = columns, .right = right};
	text_init(&table->text, limit);
}

void columns_free(struct columns *table)
{
	text_free(&table->text);
	free(table->ends);
	table->ends = NULL;
}

/* Bytes of cell INDEX. */
static size_t length_of(const struct columns *table, size_t index)
{
	return table->ends[index] - (index == 0 ? 0 : table->ends[index - 1]);
}

void columns_end(struct columns *table)
{
	if (array_grow(&table->ends, &table->capacity, table->count + 1, sizeof(*table->ends)) <
	    0) {
		table->text.failed = true;
		return;
	}
	table->ends[table->count] = table->text.length;

	size_t length = length_of(table, table->count), *width;

	width = &table->widths[table->count++ % table->columns];
	if (length > *width)
		*width = length;
}

void columns_add(struct columns *table, const char *cell)
{
	text_add_string(&table->text, cell);
	columns_end(table);
}

static size_t width_of(const struct columns *table)
{
	size_t width = 0;

	for (size_t i = 0; i < table->columns; i++) {
		if ((table->hidden >> i & 1) == 0)
			width += table->widths[i] + (width > 0 ? 2 : 0);
	}
	return width;
}

void columns_fit(struct columns *table, size_t width, const unsigned char *order, size_t count)
{
	for (size_t i = 0; i < count && width_of(table) > width; i++)
		table->hidden |= 1u << order[i];
	while (width_of(table) > width) {
		size_t *widest = &table->widths[table->widths[1] > table->widths[0]];

		if (*widest <= COLUMNS_CUT)
			break;
		--*widest;
	}
}

static void print_cell(const struct columns *table, size_t index, struct text *out)
{
	size_t column = index % table->columns, width = table->widths[column];
	size_t length = length_of(table, index);
	const char *cell = table->text.data + table->ends[index] - length;
	bool right = table->right >> column & 1;
	int padding = length > width ? 0 : (int)(width - length);

	if (right)
		text_add_format(out, "%*s", padding, "");
	text_add(out, cell, length > width ? width - 1 : length);
	if (length > width)
		text_add_string(out, "~");
	text_add_format(out, "%*s", (right ? 0 : padding) + 2, "");
}

void columns_print(const struct columns *table, struct text *out)
{
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;

		if ((table->hidden >> column & 1) == 0)
			print_cell(table, i, out);
		if (column + 1 < table->columns)
			continue;
		while (out->length > 0 && out->data[out->length - 1] == ' ')
			out->length--;
		text_add_string(out, "\n");
	}
	out->failed |= table->text.failed;
}

void columns_print_tabs(const struct columns *table, size_t first, struct text *out)
{
	for (size_t i = first * table->columns; i < table->count; i++) {
		size_t length = length_of(table, i);

		text_add(out, table->text.data + table->ends[i] - length, length);
		text_add(out, (i + 1) % table->columns == 0 ? "\n" : "\t", 1);
	}
	out->failed |= table->text.failed;
}
