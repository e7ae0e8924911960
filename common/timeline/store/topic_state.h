/* topic_state.h - how far the kube topic was read, and which topic it was: the only row that
 * belongs to no cluster.
 */
#ifndef TENURE_TOPIC_STATE_H
#define TENURE_TOPIC_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "common/timeline/store/store.h"

/* Clusters are in memory; more of them in one topic is a mistake in the names. */
#define CLUSTERS_MAX 1024
/* Of clusters that only records of interfaces have named so far: so many, and so many such records of the
 * whole topic, are kept (docs/answers.md section 1). */
#define UNNAMED_CLUSTERS_MAX 64
#define EARLY_RECORDS_MAX 1000000

/* The options that the rows were made for. */
struct store_options {
	int64_t retention_ns;
	bool by_name;
	uint64_t kept; /* a hash of the keys of labels and annotations */
};

struct topic_state {
	int64_t next_offset;                   /* of the first record that was not applied yet */
	uint64_t last_hash, first_hash, chain; /* see timeline.h */
	struct when last_received[KUBE_RESOURCES + 1]; /* of each resource, and of none */
	struct when greatest_received;
	/* Of the first List: the offset of its first item, -1 for none, and the greatest received as of
	 * its end or, if anything came before it, its beginning; WHEN_MAX until then. */
	int64_t first_list;
	struct when listed_to;
	/* Of the last record that could not be read and may be of a cluster that is still to come;
	 * OFFSET_NEVER if there is none. */
	uint64_t unread_offset;
	/* The end of the topic ended a listing of kubectl: no record may follow. */
	bool listing_ended;
	struct store_options made_for;
	uint64_t
		early; /* records of interfaces that were kept before another record named their cluster */
	uint32_t cluster_count; /* their ids are the numbers below it */
};

/* Of a topic that was not read yet. */
struct topic_state topic_state_none(void);
/* 0: read, or the store is empty; 1: it has another format; -1 after logging. */
int topic_state_load(struct store *store, struct topic_state *state);
/* Puts the row; KEY and VALUE are overwritten. Every record does this, so it allocates
 * nothing of its own. -1 after logging. */
int topic_state_put(const struct topic_state *state, struct store *store, struct text *key,
		    struct text *value);

#endif
