/* world.h - what is known of one cluster as a whole, in memory and in its rows.
 *
 * Each cluster is a world of its own. Coverage, GAPs, PROGRESS, unplaced pods, ranges
 * and nodePorts are small against the histories of its addresses, and every question
 * needs them: so they are in memory, and the store is where they come from.
 *
 * (1) Every change goes to the store's batch too, so memory and store agree at each
 *     commit; after a failed commit the timeline is BROKEN and not asked again.
 */
#ifndef TENURE_WORLD_H
#define TENURE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/kube_event.h"
#include "common/timeline/gaps.h"
#include "common/timeline/node_ports.h"
#include "common/timeline/progress.h"
#include "common/timeline/ranges.h"
#include "common/timeline/store.h"
#include "common/timeline/unplaced.h"

/* A list that has begun. */
struct sync {
	uint64_t begin_offset; /* OFFSET_NEVER when none has */
	struct kube_scope scope;
};

struct world {
	uint32_t id;
	char name[KUBE_CLUSTER_SIZE];
	struct when known; /* of the last accepted PROGRESS */
	struct coverage coverage[KUBE_RESOURCES];
	struct sync sync[KUBE_RESOURCES];
	struct gaps gaps;
	struct progress progress;
	struct unplaced_table unplaced;
	struct ranges ranges;
	struct node_ports node_ports;
};

/* NULL after logging. */
struct world *world_new(uint32_t id, const char *name);
/* Reads the rows of cluster ID. NULL after logging. */
struct world *world_load(struct store *store, uint32_t id);
void world_free(struct world *world);

/* Puts the cluster's own row (name, known, coverage, SYNCs). */
int world_put(const struct world *world, struct store *store);

/* Each changes memory and puts the row. -1 after logging. */
int world_add_gap(struct world *world, struct store *store, const struct gap *gap);
int world_add_progress(struct world *world, struct store *store, struct when known,
		       uint64_t offset);
int world_add_unplaced(struct world *world, struct store *store, const struct unplaced_row *row);
int world_hide_unplaced(struct world *world, struct store *store, uint64_t number,
			uint64_t hidden_offset);
int world_add_range(struct world *world, struct store *store, const struct range_row *row);
int world_use_range(struct world *world, struct store *store, size_t number, uint64_t used_offset);
int world_open_node_port(struct world *world, struct store *store, const struct node_port *port,
			 struct span service);
int world_close_node_port(struct world *world, struct store *store, uint64_t number, struct when to,
			  uint64_t closed_offset);

#endif
