/* The line of a record that is read as a tagged flow has as many cells as columns, which are its whole text, and no control
 * character; in JSON it is the record. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sink/observe/flow_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool claim)
{
	if (!claim)
		abort();
}

static void check_cells(const struct flow_line *line, enum flow_line_form form)
{
	size_t columns, length = 0;

	flow_line_columns(form, &columns);
	require(line->count == columns);
	for (size_t i = 0; i < line->count; i++)
		length += line->cells[i].length;
	require(length == line->length);
	for (size_t i = 0; i < line->length; i++)
		require(line->text[i] >= ' ' && line->text[i] < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tagged_flow flow;
	const struct span record = {(const char *)data, size};
	struct fault fault;

	if (tagged_flow_parse(record.data, size, &flow, &fault) < 0)
		return 0;
	for (int form = FLOW_LINE_COMPACT; form <= FLOW_LINE_JSON; form++) {
		struct flow_line *line = flow_line_new(&flow, record, (enum flow_line_form)form);

		require(line != NULL);
		if (form == FLOW_LINE_JSON)
			require(line->length == size && memcmp(line->text, data, size) == 0);
		else
			check_cells(line, (enum flow_line_form)form);
		free(line);
	}
	return 0;
}
