#include "sink/graph/aggregator.h"

#include <stdlib.h>

#include "sink/graph/direction.h"
#include "sink/graph/end.h"
#include "sink/graph/grouping.h"

int aggregator_init(struct aggregator *aggregator, const struct aggregator_options *options)
{
	*aggregator =
		(struct aggregator){.options = *options, .from = options->from, .oldest = WHEN_MAX};
	window_init(&aggregator->window, options->window_ns);
	graph_init(&aggregator->counted);
	graph_init(&aggregator->graph);
	end_table_init(&aggregator->ends, AGGREGATOR_ENDS_MAX);
	aggregator->conversations = conversations_new((size_t)options->held);
	return aggregator->conversations == NULL ? -1 : 0;
}

void aggregator_free(struct aggregator *aggregator)
{
	conversations_free(aggregator->conversations);
	window_free(&aggregator->window);
	graph_free(&aggregator->counted);
	graph_free(&aggregator->graph);
	end_table_free(&aggregator->ends);
	node_table_free(&aggregator->nodes);
	free(aggregator->newest);
}

static void note_fault(struct aggregator *aggregator, const struct fault *fault,
		       const struct bus_record *record)
{
	struct aggregator_fault *first = &aggregator->unreadable[fault->reason];

	if (first->count++ == 0)
		*first = (struct aggregator_fault){1, record->partition, record->offset, *fault};
}

static int note_time(struct aggregator *aggregator, int32_t partition, struct when end,
		     struct when now)
{
	size_t at = (size_t)partition;

	if (when_before(when_add(now, AGGREGATOR_FUTURE), end)) {
		aggregator->future++;
		return 0;
	}
	aggregator->oldest = when_earlier(aggregator->oldest, end);
	if (partition < 0 || at >= AGGREGATOR_PARTITIONS_MAX)
		return 0;
	if (at >= aggregator->partition_count) {
		struct when *newest = realloc(aggregator->newest, (at + 1) * sizeof(*newest));

		if (newest == NULL)
			return -1;
		for (size_t i = aggregator->partition_count; i <= at; i++)
			newest[i] = WHEN_MIN;
		aggregator->newest = newest;
		aggregator->partition_count = at + 1;
	}
	aggregator->newest[at] = when_later(aggregator->newest[at], end);
	return 0;
}

/* The newest event.end of all partitions; WHEN_MIN for none. */
static struct when newest_end(const struct aggregator *aggregator)
{
	struct when newest = WHEN_MIN;

	for (size_t i = 0; i < aggregator->partition_count; i++)
		newest = when_later(newest, aggregator->newest[i]);
	return newest;
}

/* The newest event.end of the slowest partition; WHEN_MIN for none. */
static struct when slowest_end(const struct aggregator *aggregator)
{
	struct when slowest = WHEN_MAX;

	for (size_t i = 0; i < aggregator->partition_count; i++) {
		if (!when_is_min(aggregator->newest[i]))
			slowest = when_earlier(slowest, aggregator->newest[i]);
	}
	return when_is_max(slowest) ? WHEN_MIN : slowest;
}

/* Whether a flow that ends at END is needed, to count or to choose an observer. */
static bool wanted(struct aggregator *aggregator, struct when end)
{
	struct when from = aggregator->from, to = aggregator->options.to;
	int64_t margin = aggregator->options.horizon_ns;

	if (when_before(end, from) || when_not_after(to, end))
		aggregator->outside++;
	return when_not_after(when_add(from, -margin), end) &&
	       when_before(end, when_add(to, margin));
}

/* The index of END in the table; -1 if out of memory. */
static int32_t end_index(struct aggregator *aggregator, const struct tagged_flow_end *end)
{
	char packed[END_SIZE];
	size_t length = end_pack(end, aggregator->options.outside_addresses, packed);

	return end_table_index(&aggregator->ends, (struct span){packed, length});
}

static int add_flow(struct aggregator *aggregator, struct tagged_flow *flow)
{
	int32_t client, server;
	struct conversation_slice *slice;

	direction_find(flow, aggregator->options.outside_addresses);
	client = end_index(aggregator, &flow->source);
	server = end_index(aggregator, &flow->destination);
	if (client < 0 || server < 0)
		return -1;
	slice = conversation_slice_new(flow, client, server);
	if (slice == NULL)
		return -1;
	return conversations_add(aggregator->conversations, flow, slice);
}

/* Adds the slices of CONVERSATION that count and end at FROM or later to GRAPH, or to the
 * window if that is NULL. */
static int add_conversation(struct aggregator *aggregator, struct conversation *conversation,
			    struct when from, struct graph *graph)
{
	conversation_choose(conversation, from, aggregator->options.to);
	for (size_t i = 0; i < conversation->count; i++) {
		const struct conversation_slice *slice = conversation->slices[i];

		if ((graph != NULL ? graph_add(graph, slice)
				   : window_add(&aggregator->window, slice)) < 0)
			return -1;
	}
	return 0;
}

static int add_settled(struct aggregator *aggregator)
{
	struct graph *graph = aggregator->options.follow ? NULL : &aggregator->counted;
	struct conversation *conversation;
	int rc = 0;

	while ((conversation = conversations_next_settled(aggregator->conversations)) != NULL) {
		window_advance(&aggregator->window, newest_end(aggregator));
		if (add_conversation(aggregator, conversation, aggregator->options.from, graph) < 0)
			rc = -1;
		conversation_free(conversation);
	}
	return rc;
}

int aggregator_add(struct aggregator *aggregator, const struct bus_record *record, struct when now)
{
	struct tagged_flow *flow = &aggregator->flow;
	struct fault fault;

	aggregator->read++;
	if (tagged_flow_parse(record->value, record->value_length, flow, &fault) < 0) {
		note_fault(aggregator, &fault, record);
		return 0;
	}
	if (note_time(aggregator, record->partition, flow->end, now) < 0)
		return -1;
	if (!wanted(aggregator, flow->end))
		return 0;
	return add_flow(aggregator, flow) < 0 || add_settled(aggregator) < 0 ? -1 : 0;
}

/* Settles what is over, and sums it and the rest. Partitions are read at different speeds,
 * so until everything has been read the slowest one decides what is over. */
static int sum_window(struct aggregator *aggregator, bool idle)
{
	struct when time = idle ? newest_end(aggregator) : slowest_end(aggregator);
	struct conversation *conversation = NULL;

	window_advance(&aggregator->window, newest_end(aggregator));
	aggregator->from = window_start(&aggregator->window);
	conversations_settle(aggregator->conversations,
			     when_add(time, -aggregator->options.horizon_ns));
	if (add_settled(aggregator) < 0)
		return -1;
	graph_clear(&aggregator->counted);
	if (window_sum(&aggregator->window, &aggregator->counted) < 0)
		return -1;
	while ((conversation = conversations_next(aggregator->conversations, conversation)) !=
	       NULL) {
		if (add_conversation(aggregator, conversation, aggregator->from,
				     &aggregator->counted) < 0)
			return -1;
	}
	return 0;
}

/* Makes the graph of nodes. */
static int group(struct aggregator *aggregator)
{
	struct grouping grouping;
	int rc;

	node_table_free(&aggregator->nodes);
	graph_clear(&aggregator->graph);
	grouping_init(&grouping, &aggregator->ends, aggregator->options.level, &aggregator->nodes);
	rc = grouping_merge(&grouping, &aggregator->counted, &aggregator->graph);
	grouping_free(&grouping);
	return rc;
}

int aggregator_snapshot(struct aggregator *aggregator, bool idle, uint64_t least,
			struct snapshot *snapshot)
{
	if (aggregator->options.follow) {
		if (sum_window(aggregator, idle) < 0)
			return -1;
	} else {
		conversations_settle(aggregator->conversations, WHEN_MAX);
		if (add_settled(aggregator) < 0)
			return -1;
	}
	if (group(aggregator) < 0 ||
	    snapshot_make(snapshot, &aggregator->graph, &aggregator->nodes, least) < 0)
		return -1;
	snapshot->from = aggregator->from;
	snapshot->to = aggregator->options.to;
	snapshot->records = aggregator_records(aggregator);
	return 0;
}

bool aggregator_complete(const struct aggregator *aggregator)
{
	struct when from = aggregator->from, to = aggregator->options.to;

	return aggregator_records(aggregator).unreadable == 0 && aggregator->future == 0 &&
	       (when_is_min(from) || when_not_after(aggregator->oldest, from)) &&
	       (when_is_max(to) || when_not_after(to, newest_end(aggregator)));
}

struct snapshot_records aggregator_records(const struct aggregator *aggregator)
{
	struct conversations_stats stats = conversations_stats(aggregator->conversations);
	uint64_t unreadable = 0;

	for (size_t i = 0; i < FAULT_REASONS; i++)
		unreadable += aggregator->unreadable[i].count;
	return (struct snapshot_records){
		.read = aggregator->read,
		.unreadable = unreadable,
		.outside = aggregator->outside,
		.repeated = stats.repeated,
		.superseded = stats.superseded,
		.early = stats.early,
	};
}
