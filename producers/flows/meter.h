/* meter.h - decoded packets in, flow records out.
 *
 * Puts the pure parts together: fragments find their ports, the table finds the
 * flows, each ended flow becomes a record at the output.
 *
 * (1) A record's key is the flow's Community ID, its timestamp the flow's end.
 */
#ifndef TENURE_FLOWS_METER_H
#define TENURE_FLOWS_METER_H

#include <stddef.h>
#include <stdint.h>

#include "common/bus/bus.h"
#include "common/topic/topic_writer.h"
#include "producers/flows/flow_table.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/packet.h"

struct meter;

struct meter_stats {
	uint64_t records;
	uint64_t fragments_alone; /* later fragments whose first was not seen */
	struct flow_table_stats table;
};

/* Borrows INTERFACES and WRITER. NULL when there is no memory. */
struct meter *meter_new(const struct flow_table_options *options,
			const struct interfaces *interfaces, struct topic_writer *writer);
void meter_free(struct meter *meter);

/* COUNT is at most FLOW_TABLE_BATCH; changes the packets. -1 when the output is
 * broken, as the next two. */
int meter_add(struct meter *meter, struct packet *packets, size_t count);
/* Ends what is over by NOW though no packet said so. */
int meter_advance(struct meter *meter, struct when now);
/* Ends all flows. */
int meter_finish(struct meter *meter);

struct meter_stats meter_get_stats(const struct meter *meter);

#endif
