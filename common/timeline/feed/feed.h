/* feed.h - one record of the kube topic on its way into the store.
 *
 * feed_object() reads the object and passes it to the feed_*.c of its kind, which compares it
 * with the object's state before (store/pod_state.h and the like) and puts what changed.
 *
 * (1) What a record changes goes to the store's batch and, where it is held in memory, to the
 *     cluster. The caller commits the batch together with the offset of the next record, so
 *     memory and store agree between two records.
 * (2) Everything that answers are made from is versioned by offset; a new version of a name
 *     raises its generation.
 */
#ifndef TENURE_FEED_H
#define TENURE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/record/kube_event.h"
#include "common/timeline/feed/object.h"
#include "common/timeline/feed/outcome.h"
#include "common/timeline/history/address_cache.h"
#include "common/timeline/history/generations.h"
#include "common/timeline/history/sole_tenures.h"
#include "common/timeline/store/cluster.h"
#include "common/timeline/store/holding_state.h"
#include "common/timeline/store/name_rows.h"
#include "common/timeline/store/object_state.h"
#include "common/timeline/store/retention.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/slice_state.h"
#include "common/timeline/store/store.h"

struct feed {
	struct store *store; /* everything here is borrowed */
	struct cluster *cluster;
	struct address_cache *cache; /* this and the next: NULL while another cluster answers */
	struct sole_tenures *sole_tenures;
	struct generations *generations;
	struct text *key, *value, *state; /* scratch, until the next row */
	struct kube_event *event;         /* only its texts grow */
	const struct kept_keys *labels, *annotations;
	struct text *labels_json, *annotations_json; /* scratch, until the next pod */
	uint64_t offset;
	struct when received;
	bool listed;           /* an item of a List, after which nothing was watched */
	bool received_is_last; /* RECEIVED is derived, and only that of the resource's last record */
	struct when gap_from;  /* of the end of a listing: the GAP's from; else WHEN_MIN */
	/* Counted by the feed_*.c. */
	uint64_t addresses_refused, values_refused, progress_refused;
};

/* These put rows into the batch; all return 0, or -1 after logging. */

/* The row whose key and value are in feed->key and feed->value. */
int feed_put(struct feed *feed);
/* feed->value as the version of NAME at the feed's offset, unless *HASH, which becomes its
 * hash, says that it is the same as before. */
int feed_put_version(struct feed *feed, enum row_table table, struct span name, uint64_t *hash);
/* The same for the names of the object in the record. */
int feed_put_names(struct feed *feed, enum holder_kind kind, const struct holder_names *names,
		   uint64_t *hash);
/* A version of a binding's evidence; touches the address. */
int feed_put_binding(struct feed *feed, const struct ip *ip, enum holder_kind kind, struct span uid,
		     uint64_t epoch, const struct evidence *evidence);
/* The record changes what is known of the address: drops or ends what is cached of it. */
void feed_touch(struct feed *feed, const struct ip *ip);

/* One function for each kind of object. BODY is the body of the object's state before, empty
 * for a new object; the new body is added to NEXT. They return 0, or -1 after logging. */
int feed_pod(struct feed *feed, struct pod_object *pod, struct codec *body, struct text *next);
int feed_pod_absent(struct feed *feed, struct span uid, struct codec *body, struct text *next);
/* A list of nodes that is not empty was whole. */
int feed_nodes_listed(struct feed *feed);
/* Ends the pods of GONE, a Node that went away with this record; 0: the pods whose Node is not
 * there. */
int feed_pods_without_node(struct feed *feed, uint64_t gone);
int feed_node(struct feed *feed, const struct node_object *node, struct codec *body,
	      struct text *next);
int feed_service(struct feed *feed, const struct service_object *service, struct codec *body,
		 struct text *next);
int feed_node_absent(struct feed *feed, struct span uid, struct codec *body, struct text *next);
int feed_service_absent(struct feed *feed, struct span uid, struct codec *body, struct text *next);
/* What a Node or a pod spells; *TOLD is a hash of what its last record did. */
int feed_spelled(struct feed *feed, const struct spelled *spelled, uint64_t *told);
int feed_spelled_range(struct feed *feed, const struct ip_range *range, struct when created);
/* The addresses of a node or a service: what the record shows, and closing all of them. */
int feed_holding(struct feed *feed, enum holder_kind kind, struct holding_state *holding,
		 const struct address_list *addresses);
int feed_holding_close(struct feed *feed, enum holder_kind kind, struct span uid,
		       struct holding_state *holding);
/* Closes and opens the memberships that differ between OLD and FRESH, whose members it sorts. */
int feed_members(struct feed *feed, const struct slice_state *old, struct slice_state *fresh);
/* Writes "namespace/name" and PORTS to NAMES, from which BODY borrows them. */
int feed_name_members(struct text *names, struct span namespace, struct span name,
		      const struct port_list *ports, struct slice_state *body);
/* *WHY is set if the slice cannot be read; then nothing has changed. */
int feed_slice(struct feed *feed, const struct slice_object *slice, struct codec *body,
	       struct text *next, const char **why);
int feed_slice_absent(struct feed *feed, struct span uid, struct codec *body, struct text *next);
/* Closes the memberships that are open in the body of a service. */
int feed_members_absent(struct feed *feed, struct codec *body, struct text *next);
int feed_owner(struct feed *feed, const struct owner_object *owner, struct codec *body,
	       struct text *next);
int feed_service_ranges(struct feed *feed, const struct range_list *ranges);
/* The podCIDRs of a node. */
int feed_node_ranges(struct feed *feed, const struct node_object *node);
/* A pod of NODE (a hash) now has IP; OWN: in its own status. */
int feed_pod_address(struct feed *feed, const struct ip *ip, uint64_t node, bool own);

/* What ends with the record. */
static inline struct ended feed_ended(const struct feed *feed)
{
	return (struct ended){feed->received, feed->offset};
}

/* Known before the record (docs/answers.md section 1). */
struct when feed_known_before(const struct feed *feed);

/* Applied, or broken if RC is -1. */
static inline enum timeline_outcome feed_outcome(int rc)
{
	return rc < 0 ? TIMELINE_BROKEN : TIMELINE_APPLIED;
}

/* One record of any type. *WHY as in timeline_apply(). */
enum timeline_outcome feed_event(struct feed *feed, const char **why);
/* Reads what a meter says of an interface, without a cluster. Ignored if it tells of no address and has no number;
 * *WHY as in timeline_apply(). */
enum timeline_outcome feed_read_interface(struct feed *feed, struct interface_object *object,
					  const char **why);
/* Sets *SEQUENCE to that of its meter's records which it is in, 0 if it is in none, and puts what it confirms.
 * -1 after logging. */
int feed_interface_sequence(struct feed *feed, const struct interface_object *object,
			    uint64_t *sequence);
/* What was known of that interface before the record, and what is after it. -1 after logging. */
int feed_interface_states(struct feed *feed, const struct interface_object *object,
			  uint64_t sequence, struct interface_state *before,
			  struct interface_state *after);
/* What STATE says of the interface's address of FAMILY. */
struct interface_span feed_interface_span(const struct interface_object *object,
					  const struct interface_state *state, size_t family);
/* Puts AFTER in the place of BEFORE. -1 after logging. */
int feed_interface(struct feed *feed, const struct interface_object *object,
		   const struct interface_state *before, const struct interface_state *after);
/* One object. *WHY as in timeline_apply(). */
enum timeline_outcome feed_object(struct feed *feed, const char **why);
/* A new order begins: earlier revisions of RESOURCE count as 0. */
void feed_begin_order(struct feed *feed, enum kube_resource resource);
/* A list of RESOURCE begins, which is not its first: what came since the last PROGRESS is unknown if
 * that is long ago. -1 after logging. */
int feed_gap_before_list(struct feed *feed, enum kube_resource resource);
/* Ends the open list that the feed's event is the SYNC_END of. -1 after logging. */
int feed_end_list(struct feed *feed);

/* kubectl's listings (docs/answers.md section 1). Each returns 0, or -1 after logging. */

/* Ends the listing of RESOURCE, if one is open, and commits. */
int feed_end_listing(struct feed *feed, enum kube_resource resource);
/* Before a record that is not ADDED. */
int feed_watched(struct feed *feed, enum kube_resource resource);
/* At the end of a closed topic, whose last record is at OFFSET: adds the GAPs without end, in
 * memory only, unless tenure-kube wrote a list of the cluster. */
int feed_end_watches(struct cluster *cluster, uint64_t offset);
/* Before a record that is ADDED. AGAIN: its uid is there and was seen since the last listing
 * began. */
int feed_listed(struct feed *feed, bool again);

#endif
