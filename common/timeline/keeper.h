/* keeper.h - the inside of a timeline: what feeding it and asking it share.
 *
 * For common/timeline/ alone. The feed_* files change it record by record, answer.c and
 * history.c read it.
 *
 * (1) Between two records memory and store agree: what a record changes goes to the
 *     store's batch and, for what is held in memory, to the world; timeline_apply()
 *     commits the batch with the offset behind the record.
 * (2) What an answer is rendered from is versioned by offset; a new version of a thing
 *     raises its generation, and whatever was rendered before is looked up again.
 */
#ifndef TENURE_KEEPER_H
#define TENURE_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/kube_event.h"
#include "common/text.h"
#include "common/timeline/address_cache.h"
#include "common/timeline/object.h"
#include "common/timeline/rows.h"
#include "common/timeline/store.h"
#include "common/timeline/timeline.h"
#include "common/timeline/world.h"

/* Things that share a slot are only looked up once too often. */
#define GENERATIONS 65536

struct timeline {
	struct timeline_options options;
	struct store *store;
	struct world **worlds;
	size_t world_count;
	struct world *answering; /* the cluster that answers, NULL while it is not seen */
	int64_t next_offset;
	uint64_t last_hash, first_hash, chain;
	struct when last_received[KUBE_RESOURCES + 1]; /* of each resource, and of no one */
	bool closed;
	struct timeline_stats stats;
	struct text key, value, state; /* reused by every record */
	uint32_t generations[GENERATIONS];
	struct address_cache *cache;
};

/* One record on its way in. */
struct feed {
	struct timeline *timeline;
	struct world *world;
	const struct kube_event *event;
	uint64_t offset;
	struct when received;
};

/* Puts the row whose key and value are in timeline->key and ->value. -1 after logging. */
int keeper_put(struct timeline *timeline);
/* Puts PAIR or names as the version of NAME at the feed's offset and raises its generation. */
int keeper_put_version(struct feed *feed, enum row_table table, struct span name);
/* Puts a version of a binding's evidence and drops the address from the cache. */
int keeper_put_binding(struct feed *feed, const struct ip *ip, enum holder_kind kind,
		       struct span uid, uint64_t epoch, const struct evidence *evidence);
/* The address's cached history is out of date. */
void keeper_touch(struct feed *feed, const struct ip *ip);
/* Which generation counts for NAME of TABLE. */
uint32_t *keeper_generation(struct timeline *timeline, enum row_table table, struct span name);

/* The head of every fold state row. */
struct object_head {
	uint64_t revision; /* the greatest integer one, 0 for none */
	uint64_t seen_offset;
	bool absent;
	struct span namespace;
};
void object_head_add(struct text *value, const struct object_head *head);
struct object_head object_head_read(struct codec *codec);

/* Each kind of object. BODY is what the kind added to its row before, empty for a new
 * object; it adds its new body to NEXT. Gives 0, or -1 after logging. */
int feed_pod(struct feed *feed, const struct pod_object *pod, struct codec *body,
	     struct text *next);
int feed_pod_absent(struct feed *feed, struct span uid, struct codec *body, struct text *next);
int feed_node(struct feed *feed, const struct node_object *node, struct codec *body,
	      struct text *next);
int feed_node_absent(struct feed *feed, struct span uid, struct codec *body, struct text *next);
int feed_service(struct feed *feed, const struct service_object *service, struct codec *body,
		 struct text *next);
int feed_service_absent(struct feed *feed, struct span uid, struct codec *body, struct text *next);
/* *WHY is set when the slice cannot be read; then nothing changed. */
int feed_slice(struct feed *feed, const struct slice_object *slice, struct codec *body,
	       struct text *next, const char **why);
int feed_slice_absent(struct feed *feed, struct span uid, struct codec *body, struct text *next);
int feed_owner(struct feed *feed, const struct owner_object *owner, struct codec *body,
	       struct text *next);
int feed_service_ranges(struct feed *feed, const struct range_list *ranges);
/* A node told its podCIDRs. */
int feed_node_ranges(struct feed *feed, const struct node_object *node);
/* A pod of NODE (a hash) has IP now. */
int feed_range_use(struct feed *feed, const struct ip *ip, uint64_t node);

/* One object, one SYNC_END. *WHY as in timeline_apply(). */
enum timeline_outcome feed_object(struct feed *feed, const char **why);
enum timeline_outcome feed_sync_end(struct feed *feed);

#endif
