#include "sink/graph/aggregator.h"

#include "sink/graph/grouping.h"

int aggregator_init(struct aggregator *aggregator, const struct aggregator_options *options)
{
	*aggregator = (struct aggregator){.options = *options, .from = options->from};
	series_init(&aggregator->series, options->step_ns);
	window_init(&aggregator->window, options->window_ns);
	graph_init(&aggregator->counted);
	graph_init(&aggregator->graph);
	return intake_init(&aggregator->intake, (size_t)options->held, options->outside_addresses);
}

void aggregator_free(struct aggregator *aggregator)
{
	intake_free(&aggregator->intake);
	window_free(&aggregator->window);
	series_free(&aggregator->series);
	graph_free(&aggregator->counted);
	graph_free(&aggregator->graph);
	node_table_free(&aggregator->nodes);
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
		if (aggregator->series.step_ns > 0 && series_add(&aggregator->series, slice) < 0)
			return -1;
	}
	return 0;
}

static int add_settled(struct aggregator *aggregator)
{
	struct graph *graph = aggregator->options.follow ? NULL : &aggregator->counted;
	struct conversation *conversation;
	int rc = 0;

	while ((conversation = conversations_next_settled(aggregator->intake.conversations)) !=
	       NULL) {
		window_advance(&aggregator->window,
			       partition_times_newest(&aggregator->intake.times));
		if (add_conversation(aggregator, conversation, aggregator->options.from, graph) < 0)
			rc = -1;
		conversation_free(conversation);
	}
	return rc;
}

int aggregator_add(struct aggregator *aggregator, const struct bus_record *record, struct when now)
{
	const struct conversation_place place = {record->partition, record->offset};
	struct intake *intake = &aggregator->intake;
	enum intake_outcome outcome = intake_read(intake, record, now);

	if (outcome == INTAKE_NO_MEMORY)
		return -1;
	if (outcome == INTAKE_UNREADABLE || !wanted(aggregator, intake->flow.end))
		return 0;
	return intake_hold(intake, &place, NULL) < 0 || add_settled(aggregator) < 0 ? -1 : 0;
}

/* Settles what is over, and sums it and the rest. */
static int sum_window(struct aggregator *aggregator, bool idle)
{
	struct when time = partition_times_known(&aggregator->intake.times, idle);
	struct conversation *conversation = NULL;

	window_advance(&aggregator->window, partition_times_newest(&aggregator->intake.times));
	aggregator->from = window_start(&aggregator->window);
	if (conversations_settle(aggregator->intake.conversations,
				 when_add(time, -aggregator->options.horizon_ns)) < 0 ||
	    add_settled(aggregator) < 0)
		return -1;
	graph_clear(&aggregator->counted);
	if (window_sum(&aggregator->window, &aggregator->counted) < 0)
		return -1;
	while ((conversation = conversations_next(aggregator->intake.conversations,
						  conversation)) != NULL) {
		if (add_conversation(aggregator, conversation, aggregator->from,
				     &aggregator->counted) < 0)
			return -1;
	}
	return 0;
}

/* Makes the graph of nodes and, unless SERIES is NULL, that of each step. */
static int group(struct aggregator *aggregator, struct series *series)
{
	struct grouping grouping;
	int rc;

	node_table_free(&aggregator->nodes);
	graph_clear(&aggregator->graph);
	grouping_init(&grouping, &aggregator->intake.ends, aggregator->options.level,
		      &aggregator->nodes);
	rc = grouping_merge(&grouping, &aggregator->counted, &aggregator->graph);
	if (rc == 0 && series != NULL)
		rc = series_group(series, &aggregator->series, &grouping);
	grouping_free(&grouping);
	return rc;
}

static int make(struct aggregator *aggregator, uint64_t least, struct snapshot *snapshot)
{
	if (snapshot_make(snapshot, &aggregator->graph, &aggregator->nodes, least, SIZE_MAX) < 0)
		return -1;
	snapshot->from = aggregator->from;
	snapshot->to = aggregator->options.to;
	snapshot->records = aggregator_records(aggregator);
	return 0;
}

static int settle_all(struct aggregator *aggregator)
{
	if (conversations_settle(aggregator->intake.conversations, WHEN_MAX) < 0)
		return -1;
	return add_settled(aggregator);
}

int aggregator_snapshot(struct aggregator *aggregator, bool idle, uint64_t least,
			struct snapshot *snapshot)
{
	int rc = aggregator->options.follow ? sum_window(aggregator, idle) : settle_all(aggregator);

	if (rc < 0 || group(aggregator, NULL) < 0)
		return -1;
	return make(aggregator, least, snapshot);
}

int aggregator_series(struct aggregator *aggregator, struct snapshot *snapshot,
		      struct series *series)
{
	series_init(series, aggregator->options.step_ns);
	if (settle_all(aggregator) == 0 && group(aggregator, series) == 0 &&
	    make(aggregator, 0, snapshot) == 0)
		return 0;
	series_free(series);
	return -1;
}

void aggregator_reach(const struct aggregator *aggregator, struct when *from, struct when *to)
{
	const struct intake *intake = &aggregator->intake;

	*from = when_later(aggregator->from, intake->oldest);
	*to = when_earlier(aggregator->options.to, when_add(partition_times_newest(&intake->times),
							    -aggregator->options.horizon_ns));
}

bool aggregator_complete(const struct aggregator *aggregator)
{
	struct when from = aggregator->from, to = aggregator->options.to;

	return aggregator_records(aggregator).unreadable == 0 && aggregator->intake.future == 0 &&
	       (when_is_min(from) || when_not_after(aggregator->intake.oldest, from)) &&
	       (when_is_max(to) ||
		when_not_after(to, partition_times_newest(&aggregator->intake.times)));
}

struct snapshot_records aggregator_records(const struct aggregator *aggregator)
{
	struct snapshot_records records = intake_records(&aggregator->intake);

	records.outside = aggregator->outside;
	return records;
}
