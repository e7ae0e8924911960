/* Rows of the history are read within their bounds; what was read of an edge is written as bytes that say
 * the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sink/graph/end.h"
#include "sink/graph/history/edge_block.h"
#include "sink/graph/history/edge_row.h"
#include "sink/graph/history/sample_notes.h"
#include "sink/graph/history/tenure_notes.h"
#include "sink/graph/progress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool claim)
{
	if (!claim)
		abort();
}

static void check_edge(struct span row)
{
	struct graph_edge edge = graph_edge_none(), again = graph_edge_none();
	struct text written, rewritten;

	text_init(&written, 1 << 20);
	text_init(&rewritten, 1 << 20);
	if (edge_row_add(row, &edge) == 0) {
		edge_row_write(&written, &edge);
		require(!written.failed);
		require(edge_row_add(text_span(&written), &again) == 0);
		require(memcmp(&edge.measures, &again.measures, sizeof(edge.measures)) == 0);
		edge_row_write(&rewritten, &again);
		require(span_equal(text_span(&written), text_span(&rewritten)));
	}
	text_free(&written);
	text_free(&rewritten);
	graph_edge_clear(&edge);
	graph_edge_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = {(const char *)data, size}, row, address;
	struct edge_block block = edge_block_read(bytes);
	struct progress progress = {0};
	struct tenure_row tenure;
	struct sample_row sample;
	struct end end;
	int64_t number, last = -1;

	check_edge(bytes);
	while (edge_block_next(&block, &number, &row)) {
		require(number > last);
		last = number;
		check_edge(row);
	}
	if (tenure_row_read(bytes, &tenure) == 0)
		require(strlen(tenure.services) <= size);
	if (sample_row_read(bytes, &sample) == 0)
		require(sample.client.length + sample.server.length + sample.record.length <= size);
	if (end_unpack(bytes, &end) == 0)
		require(strlen(end.name) <= size);
	if (progress_read(bytes, &progress, &address) == 0)
		progress_sort(&progress);
	progress_free(&progress);
	return 0;
}
