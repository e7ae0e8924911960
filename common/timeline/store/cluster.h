/* cluster.h - what is known of one cluster as a whole, in memory and in its rows.
 *
 * Coverage, GAPs, ranges and nodePorts are small compared to the histories of addresses, and every
 * question needs them, so they are loaded into memory.
 *
 * (1) Every change goes to the store's batch too, so memory and store agree after each
 *     commit; after a failed commit the timeline is BROKEN and must not be asked.
 */
#ifndef TENURE_CLUSTER_H
#define TENURE_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/record/kube_event.h"
#include "common/timeline/rules/gaps.h"
#include "common/timeline/rules/node_ports.h"
#include "common/timeline/rules/ranges.h"
#include "common/timeline/rules/unread.h"
#include "common/timeline/store/progress_log.h"
#include "common/timeline/store/store.h"
#include "common/timeline/store/unpublished_log.h"

/* A list that has begun and not ended. */
struct sync {
	uint64_t begin_offset; /* OFFSET_NEVER if none has */
	uint64_t revision;     /* of its SYNC_BEGIN; 0 if it has none */
	bool has_objects;      /* it is not empty so far */
	struct kube_scope scope;
};

/* Since when the revisions of a resource are in one order. */
struct revision_order {
	uint64_t greatest;     /* of its objects and SYNCs */
	uint64_t begin_offset; /* 0 for the first order */
};

/* The last listing of a resource that has no SYNC_BEGIN: kubectl wrote it. One after the first
 * is open while the resource's struct sync is. */
struct listing {
	bool is_first;                 /* the first listing is not over */
	uint64_t begin_offset;         /* 0 for the first */
	struct when greatest_received; /* of it and the watch after it; WHEN_MIN before them */
	struct when
		made; /* then or later: `received` of its first record or, if later, of a pod that it
			   * lists; WHEN_MIN for a List, which has no watch */
	struct when before_received; /* the greatest of the listing before and its watch */
	struct when before_made;     /* and MADE of it */
};

struct cluster {
	uint32_t id;
	char name[KUBE_CLUSTER_SIZE];
	bool named; /* by another record than of an interface; before that it is there for nothing else */
	struct when known; /* of the last accepted PROGRESS */
	struct coverage coverage[KUBE_RESOURCES];
	struct sync sync[KUBE_RESOURCES];
	struct revision_order order[KUBE_RESOURCES];
	struct listing listing[KUBE_RESOURCES];
	int64_t retention_ns;    /* 0: nothing is forgotten */
	bool by_name;            /* name_rows.h */
	struct when horizon;     /* docs/answers.md section 1; WHEN_MIN if there is none */
	uint64_t horizon_offset; /* of the first PROGRESS whose known is not before it */
	bool sweeping;           /* there may be rows of ROW_ENDED that are past it */
	struct text swept;       /* the last one that was dealt with */
	uint64_t next_number;    /* of a GAP, an unpublished pod or a nodePort */
	struct gaps gaps;
	/* Of a closed topic: how many of GAPS, the last ones, are not stored, and when the watch of each
	 * resource ended, seen from an offset on; WHEN_MAX if it did not. */
	size_t unstored_gaps;
	struct when watched_to[KUBE_RESOURCES];
	uint64_t watched_offset;
	struct unread unread;
	struct progress_log progress;
	struct unpublished_log unpublished;
	struct ranges ranges;
	struct node_ports node_ports;
};

/* Moves the horizon to where the last PROGRESS puts it, and removes the GAPs, unpublished pods and
 * nodePorts that are past it. Returns 1 if it has moved, else 0; -1 after logging. */
int cluster_move_horizon(struct cluster *cluster, struct store *store);

/* Everything that depends on it gets HORIZON. */
void cluster_set_horizon(struct cluster *cluster, struct when horizon);

/* NULL if out of memory (logged). */
struct cluster *cluster_new(uint32_t id, const char *name);
/* Reads the rows of cluster ID. NULL after logging. */
struct cluster *cluster_load(struct store *store, uint32_t id);
void cluster_free(struct cluster *cluster);

/* Whether, as of POSITION, a record of pods, nodes or services could not be read, and no whole
 * list has come after it (docs/answers.md section 1). */
bool cluster_unread(const struct cluster *cluster, uint64_t position);

/* Puts the cluster's own row and those of RESOURCES, one bit each (cluster_row.h); KEY and VALUE are
 * overwritten. -1 after logging. */
int cluster_put(const struct cluster *cluster, struct store *store, unsigned resources,
		struct text *key, struct text *value);

/* Each changes memory and puts the row. -1 after logging. */
int cluster_add_gap(struct cluster *cluster, struct store *store, const struct gap *gap);
int cluster_add_progress(struct cluster *cluster, struct store *store, struct when known,
			 uint64_t offset);
/* Keeps GAP in memory only. It must be dropped before the next record. -1 after logging. */
int cluster_add_unstored_gap(struct cluster *cluster, const struct gap *gap);
/* Drops these, and the ends of watches. */
void cluster_drop_unstored_gaps(struct cluster *cluster);
/* A record at OFFSET could not be read; KUBE_RESOURCES: its resource cannot be told. */
int cluster_add_unread(struct cluster *cluster, struct store *store, enum kube_resource resource,
		       uint64_t offset);
/* A list of RESOURCE that began at BEGIN_OFFSET has ended at OFFSET. */
int cluster_end_unread(struct cluster *cluster, struct store *store, enum kube_resource resource,
		       uint64_t begin_offset, uint64_t offset);
/* Adds a record of the first listing of RESOURCE. */
int cluster_add_listed(struct cluster *cluster, struct store *store, enum kube_resource resource,
		       struct when received, uint64_t offset);
/* ROW gets the next number. */
int cluster_add_unpublished(struct cluster *cluster, struct store *store,
			    const struct unpublished_pod *row);
int cluster_hide_unpublished(struct cluster *cluster, struct store *store, uint64_t number,
			     uint64_t hidden_offset);
int cluster_add_range(struct cluster *cluster, struct store *store, const struct range_row *row);
/* Keeps what ranges.h needs of it. */
int cluster_add_pod_address(struct cluster *cluster, struct store *store,
			    const struct pod_address *pod);
/* PORT gets the next number. */
int cluster_open_node_port(struct cluster *cluster, struct store *store,
			   const struct node_port *port, struct span service);
int cluster_close_node_port(struct cluster *cluster, struct store *store, uint64_t number,
			    struct when to, uint64_t closed_offset);

#endif
