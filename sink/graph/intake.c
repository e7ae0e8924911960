#include "sink/graph/intake.h"

#include <inttypes.h>

#include "common/program/log.h"
#include "sink/graph/direction.h"
#include "sink/graph/end.h"

int intake_init(struct intake *intake, size_t held, bool outside_addresses)
{
	*intake = (struct intake){.outside_addresses = outside_addresses, .oldest = WHEN_MAX};
	end_table_init(&intake->ends, INTAKE_ENDS_MAX);
	intake->conversations = conversations_new(held);
	return intake->conversations == NULL ? -1 : 0;
}

void intake_free(struct intake *intake)
{
	conversations_free(intake->conversations);
	intake->conversations = NULL;
	end_table_free(&intake->ends);
	partition_times_free(&intake->times);
}

enum intake_outcome intake_read(struct intake *intake, const struct bus_record *record,
				struct when now)
{
	struct tagged_flow *flow = &intake->flow;
	struct fault fault;

	intake->read++;
	if (tagged_flow_parse(record->value, record->value_length, flow, &fault) < 0) {
		fault_tally_add(&intake->unreadable, &fault, record->partition, record->offset);
		return INTAKE_UNREADABLE;
	}
	if (when_before(when_add(now, INTAKE_FUTURE), flow->end)) {
		intake->future++;
		return INTAKE_FUTURE_FLOW;
	}
	intake->oldest = when_earlier(intake->oldest, flow->end);
	return partition_times_add(&intake->times, record->partition, flow->end) < 0
		       ? INTAKE_NO_MEMORY
		       : INTAKE_FLOW;
}

/* The index of END in the table; -1 if out of memory. */
static int32_t end_index(struct intake *intake, const struct tagged_flow_end *end)
{
	char packed[END_SIZE];
	size_t length = end_pack(end, intake->outside_addresses, packed);

	return end_table_index(&intake->ends, (struct span){packed, length});
}

int intake_hold(struct intake *intake, const struct conversation_place *place,
		const struct conversation_carry *carry)
{
	struct tagged_flow *flow = &intake->flow;
	struct conversation_slice *slice;
	int32_t client, server;

	direction_find(flow, intake->outside_addresses);
	client = end_index(intake, &flow->source);
	server = end_index(intake, &flow->destination);
	if (client < 0 || server < 0)
		return -1;
	slice = conversation_slice_new(flow, client, server);
	if (slice == NULL)
		return -1;
	slice->place = *place;
	if (carry != NULL)
		conversation_slice_carry(slice, carry);
	return conversations_add(intake->conversations, flow, slice);
}

/* The index in ENDS of the end INDEX of the table; -1 if out of memory. */
static int32_t moved(const struct intake *intake, int32_t index, struct end_table *ends)
{
	return end_table_index(ends, end_table_at(&intake->ends, index));
}

int intake_trim(struct intake *intake)
{
	struct conversation *conversation = NULL;
	struct end_table ends;
	int rc = 1;

	if (intake->ends.count < INTAKE_ENDS_MAX / 2)
		return 0;
	end_table_init(&ends, INTAKE_ENDS_MAX);
	while ((conversation = conversations_next(intake->conversations, conversation)) != NULL) {
		for (size_t i = 0; i < conversation->count && rc == 1; i++) {
			struct conversation_slice *slice = conversation->slices[i];

			slice->client = moved(intake, slice->client, &ends);
			slice->server = moved(intake, slice->server, &ends);
			rc = slice->client < 0 || slice->server < 0 ? -1 : 1;
		}
	}
	ends.further = intake->ends.further;
	end_table_free(&intake->ends);
	intake->ends = ends;
	return rc;
}

struct snapshot_records intake_records(const struct intake *intake)
{
	struct conversations_stats stats = conversations_stats(intake->conversations);
	struct snapshot_records records = {
		.read = intake->read,
		.repeated = stats.repeated,
		.superseded = stats.superseded,
		.early = stats.early,
		.unreadable = fault_tally_count(&intake->unreadable),
	};

	return records;
}

void intake_report(const struct intake *intake, const char *address)
{
	struct conversations_stats stats = conversations_stats(intake->conversations);

	fault_tally_report(&intake->unreadable, address);
	if (stats.early > 0)
		log_warn("%" PRIu64 " conversations were counted before they were certainly over, "
			 "because more than --held %zu records would have been held",
			 stats.early, conversations_limit(intake->conversations));
	if (intake->ends.further > 0)
		log_warn("%" PRIu64 " ends beyond the first %d are shown as further nodes",
			 intake->ends.further, INTAKE_ENDS_MAX);
	log_debug("read %" PRIu64 ", repeated %" PRIu64 ", superseded %" PRIu64 ", future %" PRIu64,
		  intake->read, stats.repeated, stats.superseded, intake->future);
}
