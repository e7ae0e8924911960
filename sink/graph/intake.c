#include "sink/graph/intake.h"

#include <stdlib.h>

int intake_init(struct intake *intake, const struct intake_limits *limits, size_t limit)
{
	*intake = (struct intake){.limits = *limits};
	intake->conversations = conversations_new(limit);
	return intake->conversations ? 0 : -1;
}

void intake_free(struct intake *intake)
{
	conversations_free(intake->conversations);
	node_table_free(&intake->nodes);
	free(intake->newest);
	*intake = (struct intake){0};
}

static void note_fault(struct intake *intake, const struct tagged_flow_fault *fault,
		       int32_t partition, int64_t offset)
{
	struct intake_example *example = &intake->unreadable[fault->why];

	if (example->count++ == 0)
		*example = (struct intake_example){1, partition, offset, *fault};
}

static int note_time(struct intake *intake, int32_t partition, struct when end, struct when now)
{
	size_t at = (size_t)partition;

	if (when_before(when_add(now, INTAKE_FUTURE), end)) {
		intake->future++;
		return 0;
	}
	if (partition < 0 || at >= INTAKE_PARTITIONS_MAX)
		return 0;
	if (at >= intake->partition_count) {
		struct when *newest = realloc(intake->newest, (at + 1) * sizeof(*newest));

		if (newest == NULL)
			return -1;
		for (size_t i = intake->partition_count; i <= at; i++)
			newest[i] = WHEN_MIN;
		intake->newest = newest;
		intake->partition_count = at + 1;
	}
	intake->newest[at] = when_later(intake->newest[at], end);
	return 0;
}

/* Whether a flow that ends at END can matter; counted when it cannot count. */
static bool wanted(struct intake *intake, struct when end)
{
	const struct intake_limits *limits = &intake->limits;

	if (when_before(end, limits->from) || when_not_after(limits->to, end))
		intake->outside++;
	return when_not_after(when_add(limits->from, -limits->margin_ns), end) &&
	       when_before(end, when_add(limits->to, limits->margin_ns));
}

int intake_take(struct intake *intake, const char *bytes, size_t length, int32_t partition,
		int64_t offset, struct when now)
{
	struct tagged_flow *flow = &intake->flow;
	struct conversation_slice *slice;
	struct tagged_flow_fault fault;
	struct node client, server;

	intake->read++;
	if (tagged_flow_parse(bytes, length, flow, &fault) != TAGGED_FLOW_READ) {
		note_fault(intake, &fault, partition, offset);
		return 0;
	}
	if (note_time(intake, partition, flow->end, now) < 0)
		return -1;
	if (!wanted(intake, flow->end))
		return 0;
	client = node_of(&flow->source, intake->limits.outside_addresses);
	server = node_of(&flow->destination, intake->limits.outside_addresses);

	int32_t client_index = node_table_index(&intake->nodes, &client);
	int32_t server_index = node_table_index(&intake->nodes, &server);

	if (client_index < 0 || server_index < 0)
		return -1;
	slice = conversation_slice_new(flow, client_index, server_index);
	if (slice == NULL)
		return -1;
	return conversations_add(intake->conversations, flow, slice);
}

struct when intake_newest(const struct intake *intake)
{
	struct when newest = WHEN_MIN;

	for (size_t i = 0; i < intake->partition_count; i++)
		newest = when_later(newest, intake->newest[i]);
	return newest;
}

struct when intake_oldest_partition(const struct intake *intake)
{
	struct when oldest = WHEN_MAX;

	for (size_t i = 0; i < intake->partition_count; i++) {
		if (!when_is_min(intake->newest[i]))
			oldest = when_earlier(oldest, intake->newest[i]);
	}
	return when_is_max(oldest) ? WHEN_MIN : oldest;
}

uint64_t intake_unreadable(const struct intake *intake)
{
	uint64_t count = 0;

	for (size_t i = 0; i < INTAKE_REASONS; i++)
		count += intake->unreadable[i].count;
	return count;
}

struct view_records intake_records(const struct intake *intake)
{
	struct conversations_stats stats = conversations_stats(intake->conversations);

	return (struct view_records){
		.read = intake->read,
		.unreadable = intake_unreadable(intake),
		.outside = intake->outside,
		.repeated = stats.repeated,
		.superseded = stats.superseded,
		.early = stats.early,
	};
}
