/* meter.h - decoded packets in, flow records out.
 *
 * Connects the pure parts: fragments find their flow, the table finds the flows, and
 * each ended flow becomes a record of the output.
 *
 * (1) A record's key is the flow's Community ID, and its timestamp is the flow's end.
 */
#ifndef TENURE_FLOWS_METER_H
#define TENURE_FLOWS_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/flow.h"
#include "producers/flows/flow_table.h"
#include "producers/flows/fragments.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/nat/translations.h"
#include "producers/flows/outlet.h"
#include "producers/flows/packet.h"
#include "producers/flows/paths.h"

struct meter;

struct meter_stats {
	struct fragments_stats fragments;
	uint64_t paths_refused; /* packets whose VLANs or tunnel are not in their flow's key */
	size_t paths;           /* that are known now */
	uint64_t records[FLOW_END_REASONS];
	struct flow_table_stats table;
	bool has_translations;
	struct translations_stats translations;
};

/* Chooses the seed of OPTIONS. IGNORE_VLAN: VLANs tell no flows apart. Borrows INTERFACES, TRANSLATIONS (NULL: none are
 * known) and OUTLET. Returns NULL on failure (logged). */
struct meter *meter_new(const struct flow_table_options *options, bool ignore_vlan,
			const struct interfaces *interfaces, struct translations *translations,
			struct outlet *outlet);
void meter_free(struct meter *meter);

/* Adds COUNT packets, at most FLOW_TABLE_BATCH, and changes them. This and the next two
 * return -1 if the output failed (logged). */
int meter_add(struct meter *meter, struct packet *packets, size_t count);
/* Ends the flows that are over by NOW, although no packet of that time came. */
int meter_advance(struct meter *meter, struct when now);
/* Whether flows are held longer: OUTLET_STRETCH times, if OPTIONS allowed that. */
void meter_hold(struct meter *meter, bool hold);
/* Ends all flows. */
int meter_finish(struct meter *meter);

struct meter_stats meter_get_stats(const struct meter *meter);

#endif
