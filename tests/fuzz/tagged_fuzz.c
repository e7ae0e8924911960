/* A record that is read as a tagged flow stays within its struct's limits and is counted
 * once, and a snapshot in every format contains no control character. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sink/graph/aggregator.h"
#include "sink/graph/formats/formats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool claim)
{
	if (!claim)
		abort();
}

static void check_end(const struct tagged_flow_end *end)
{
	require(end->port >= -1 && end->port <= UINT16_MAX);
	require(end->service_count <= TAGGED_FLOW_SERVICES_MAX);
	require((end->status == TAGGED_FLOW_KNOWN) == (end->kind != TAGGED_FLOW_NO_KIND));
	require(memchr(end->reason, '\0', sizeof(end->reason)) != NULL);
	require(memchr(end->pod, '\0', sizeof(end->pod)) != NULL);
}

static void check_formats(const struct snapshot *snapshot)
{
	struct text text;

	text_init(&text, 64u * 1024 * 1024);
	for (enum format format = 0; formats_names[format] != NULL; format++)
		formats_write(format, snapshot, &text);
	require(!text.failed);
	for (size_t i = 0; i < text.length; i++)
		require((text.data[i] & 0xe0) != 0 || text.data[i] == '\n');
	text_free(&text);
}

/* Each line is a record, and is added twice; it must count once. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tagged_flow flow;
	static struct aggregator aggregator;
	const struct aggregator_options options = {WHEN_MIN, WHEN_MAX, .window_ns = NS_PER_SECOND,
						   .held = 100, .outside_addresses = true};
	struct fault fault;
	struct snapshot snapshot;
	uint64_t readable = 0;

	require(aggregator_init(&aggregator, &options) == 0);
	for (size_t from = 0; from < size;) {
		const uint8_t *end = memchr(data + from, '\n', size - from);
		size_t length = end != NULL ? (size_t)(end - data) - from : size - from;
		const struct bus_record record = {.value = (const char *)data + from,
						  .value_length = length};

		if (tagged_flow_parse(record.value, length, &flow, &fault) == 0) {
			check_end(&flow.source);
			check_end(&flow.destination);
			require(when_not_after(flow.start, flow.end));
			readable++;
		} else {
			require(fault.detail != NULL);
		}
		for (int turn = 0; turn < 2; turn++)
			require(aggregator_add(&aggregator, &record, flow.end) == 0);
		from += length + 1;
	}
	require(aggregator_snapshot(&aggregator, true, 2, &snapshot) == 0);
	require(snapshot.total.measures.flows <= readable);
	require(snapshot.records.read == 2 * (readable + snapshot.records.unreadable / 2));
	check_formats(&snapshot);
	snapshot_free(&snapshot);
	aggregator_free(&aggregator);
	return 0;
}
