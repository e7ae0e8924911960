#include "producers/flows/meter.h"

#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "common/topic/topic_writer.h"
#include "producers/flows/flow.h"
#include "producers/flows/fragments.h"

struct meter {
	struct flow_table *table;
	struct fragments *fragments;
	const struct interfaces *interfaces;
	struct topic_writer *writer;
	struct text text;
	struct flow flow; /* the one being written */
	uint64_t records;
	uint64_t fragments_alone;
};

struct meter *meter_new(const struct flow_table_options *options,
			const struct interfaces *interfaces, struct topic_writer *writer)
{
	struct meter *meter = calloc(1, sizeof(*meter));
	struct flow_table_options seeded = *options;

	if (meter == NULL ||
	    getrandom(seeded.seed, sizeof(seeded.seed), 0) != (ssize_t)sizeof(seeded.seed))
		goto out;
	meter->interfaces = interfaces;
	meter->writer = writer;
	text_init(&meter->text, FLOW_RECORD_MAX);
	meter->table = flow_table_new(&seeded);
	meter->fragments = fragments_new(seeded.seed);
	if (meter->table != NULL && meter->fragments != NULL)
		return meter;
out:
	log_error("out of memory or no random numbers for %zu flows", options->max_flows);
	meter_free(meter);
	return NULL;
}

void meter_free(struct meter *meter)
{
	if (meter == NULL)
		return;
	fragments_free(meter->fragments);
	flow_table_free(meter->table);
	text_free(&meter->text);
	free(meter);
}

static int write_flow(struct meter *meter)
{
	const struct flow *flow = &meter->flow;
	struct bus_record record = {.partition = BUS_ANY_PARTITION};

	text_clear(&meter->text);
	flow_format(flow, interfaces_observer(meter->interfaces, flow->interface), &meter->text);
	if (meter->text.failed) {
		log_error("out of memory for a flow record");
		return -1;
	}
	record.key = flow->community_id;
	record.key_length = FLOW_COMMUNITY_ID_SIZE - 1;
	record.value = meter->text.data;
	record.value_length = meter->text.length;
	record.timestamp_ms = flow->end.ns / NS_PER_MS;
	meter->records++;
	return topic_writer_write(meter->writer, &record);
}

/* Drops the later fragments whose first was not seen. Returns how many packets are left. */
static size_t resolve(struct meter *meter, struct packet *packets, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (packets[i].fragment != PACKET_WHOLE &&
		    !fragments_resolve(meter->fragments, &packets[i])) {
			meter->fragments_alone++;
			continue;
		}
		if (kept != i)
			packets[kept] = packets[i];
		kept++;
	}
	return kept;
}

int meter_add(struct meter *meter, struct packet *packets, size_t count)
{
	count = resolve(meter, packets, count);
	flow_table_aim(meter->table, packets, count);
	for (size_t i = 0; i < count; i++) {
		if (meter_advance(meter, packets[i].time) < 0)
			return -1;
		if (flow_table_add(meter->table, &packets[i], i, &meter->flow) &&
		    write_flow(meter) < 0)
			return -1;
	}
	return 0;
}

int meter_advance(struct meter *meter, struct when now)
{
	while (flow_table_expire(meter->table, now, &meter->flow)) {
		if (write_flow(meter) < 0)
			return -1;
	}
	return 0;
}

int meter_finish(struct meter *meter)
{
	while (flow_table_drain(meter->table, &meter->flow)) {
		if (write_flow(meter) < 0)
			return -1;
	}
	return 0;
}

struct meter_stats meter_get_stats(const struct meter *meter)
{
	return (struct meter_stats){
		.records = meter->records,
		.fragments_alone = meter->fragments_alone,
		.table = flow_table_get_stats(meter->table),
	};
}
