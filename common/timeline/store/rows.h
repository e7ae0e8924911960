/* rows.h - the rows of the store: their keys and values.
 *
 * key (cluster: 4 bytes, offset and epoch: 8)                    value
 * 'a' cluster ip 'b' kind uid epoch offset                       evidence from OFFSET on
 * 'a' cluster ip 'm' offset number                               a membership
 * 'a' cluster ip 'i' interface offset                            an interface that carried it, from OFFSET on
 * 'a' cluster ip 's'                                             records that spelled it: offset, creation
 * 'd' cluster uid offset                                         a holder's names, owner, label
 * 'l' cluster node-name offset                                   zone and region
 * 't' cluster hash-of-node-name                                  uid of the Node that has the name, empty once it is gone
 * 'o' cluster uid offset                                         a ReplicaSet's or Job's controller
 * 'c' cluster uid uid                                            (empty: an owner and its pod)
 * 's' cluster resource uid                                       fold state of one object
 * 'x' cluster resource uid                                       the same, of one that was deleted
 * 'b' cluster interface                                          the addresses that it carried (interface_state.h)
 * 'R' cluster run                                                how far its meter's records go (run_state.h)
 * 'C' cluster sequence ~offset                                   up to when it is confirmed (confirmed_rows.h)
 * 'n' cluster uid                                                what a slice lists (slice_state.h)
 * 'k' cluster known                                              offset of that PROGRESS
 * 'i' cluster known                                              the same, of the first of each block (progress_log.h)
 * 'f' cluster resource received                                  offset of that record of the first listing
 * 'j' cluster number                                           the bounds of a block of 'u' (unpublished_log.h)
 * 'g' 'e' 'u' 'r' 'p' cluster number                             a GAP, unread records, an unpublished pod, a range, a nodePort
 * 'q' cluster ip node                                            from where on a pod of the node had it
 * 'y' cluster kind name uid                                      (empty: a holder that has or had the name; name_rows.h)
 * 'h' cluster uid ip                                             (empty: an address that it has or had)
 * 'm' cluster service ip                                         (empty: an address of which it has or had a membership)
 * 'z' cluster horizon kind what                                  offset from which it is over (retention.h)
 * 'w' cluster                                                    cluster_row.h
 * 'v' cluster resource                                           the same
 * 'M'                                                            how far the topic was read
 * 'F'                                                            how far files were read (kube_mark.c)
 * 'S' number                                                     (empty: save_rows.h)
 *
 * (1) A row with an offset is visible at positions that are not less; the rows of one thing
 *     are in the order of their offsets, but with ~offset in the opposite one.
 */
#ifndef TENURE_ROWS_H
#define TENURE_ROWS_H

#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/text.h"
#include "common/base/transport.h"
#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "common/timeline/rules/binding.h"
#include "common/timeline/rules/holder_names.h"
#include "common/timeline/rules/membership.h"
#include "common/timeline/rules/offset.h"
#include "common/timeline/store/codec.h"

/* All keys of one address share so many first bytes, and only they do. */
#define ROW_PREFIX_LENGTH 21

#define ROWS_FORMAT 27 /* of all of the above; a store of another format is rebuilt */

enum row_table {
	ROW_GAPS = 'g',
	ROW_UNREAD = 'e',
	ROW_UNPUBLISHED = 'u',
	ROW_UNPUBLISHED_BLOCKS = 'j',
	ROW_RANGES = 'r',
	ROW_NODE_PORTS = 'p',
	ROW_POD_ADDRESSES = 'q',
	ROW_PROGRESS = 'k',
	ROW_PROGRESS_BLOCKS = 'i',
	ROW_LISTED = 'f',
	ROW_HOLDERS = 'd',
	ROW_NODES = 'l',
	ROW_OWNERS = 'o',
	ROW_OWNED = 'c',
	ROW_ENDED = 'z',
	ROW_NAMED = 'y',
	ROW_HELD = 'h',
	ROW_MEMBERS_OF = 'm',
	ROW_RUNS = 'R',
	ROW_CONFIRMED = 'C',
};

/* Each clears KEY first. */
void row_key_address(struct text *key, uint32_t cluster, const struct ip *ip);
void row_key_binding(struct text *key, uint32_t cluster, const struct ip *ip, enum holder_kind kind,
		     struct span uid, uint64_t epoch, uint64_t offset);
void row_key_membership(struct text *key, uint32_t cluster, const struct ip *ip, uint64_t offset,
			uint32_t number);
/* INTERFACE is a hash of what tells it from others. */
void row_key_interface(struct text *key, uint32_t cluster, const struct ip *ip, uint64_t interface,
		       uint64_t offset);
/* All such rows of an address, and the state of an interface. */
void row_key_interfaces(struct text *key, uint32_t cluster, const struct ip *ip);
void row_key_interface_state(struct text *key, uint32_t cluster, uint64_t interface);
void row_key_spelled(struct text *key, uint32_t cluster, const struct ip *ip);
/* All addresses of the cluster, and the address in the key of a row. */
void row_key_addresses(struct text *key, uint32_t cluster);
bool row_address(struct span key, struct ip *ip);
/* Every version of NAME in ROW_HOLDERS, ROW_NODES or ROW_OWNERS, and the one at OFFSET. */
void row_key_versions(struct text *key, enum row_table table, uint32_t cluster, struct span name);
void row_key_version(struct text *key, enum row_table table, uint32_t cluster, struct span name,
		     uint64_t offset);
/* The name in the key of such a row. */
bool row_version_name(struct span key, struct span *name);
void row_key_object(struct text *key, uint32_t cluster, enum kube_resource resource,
		    struct span uid);
void row_key_objects(struct text *key, uint32_t cluster, enum kube_resource resource);
void row_key_deleted(struct text *key, uint32_t cluster, enum kube_resource resource,
		     struct span uid);
void row_key_members(struct text *key, uint32_t cluster, struct span uid);
/* A pod of an owner, by their uids; with an empty POD, all of them. */
void row_key_owned(struct text *key, uint32_t cluster, struct span owner, struct span pod);
/* The holder UID of the full name NAME; with an empty UID, all of that name. */
void row_key_named(struct text *key, uint32_t cluster, enum holder_kind kind, struct span name,
		   struct span uid);
/* All addresses of NAME in ROW_HELD (a uid) or ROW_MEMBERS_OF (a service), and one of them. */
void row_key_addresses_of(struct text *key, enum row_table table, uint32_t cluster,
			  struct span name);
void row_key_address_of(struct text *key, enum row_table table, uint32_t cluster, struct span name,
			const struct ip *ip);
/* NODE 0: a list of nodes that is not empty was whole. */
void row_key_node_there(struct text *key, uint32_t cluster, uint64_t node);
void row_key_table(struct text *key, enum row_table table, uint32_t cluster);
void row_key_numbered(struct text *key, enum row_table table, uint32_t cluster, uint64_t number);
void row_key_pod_address(struct text *key, uint32_t cluster, const struct ip *ip, uint64_t node);
void row_key_cluster(struct text *key, uint32_t cluster);
void row_key_resource(struct text *key, uint32_t cluster, enum kube_resource resource);
void row_key_meta(struct text *key);
void row_key_mark(struct text *key);
/* The saves of the store, and one of them. */
#define SAVE_ROW_KEY_SIZE 9
void row_key_saves(struct text *key);
void row_key_save(char key[SAVE_ROW_KEY_SIZE], uint64_t number);
uint64_t row_save_number(struct span key);

struct binding_key {
	enum holder_kind kind;
	struct span uid;
	uint64_t epoch;
	uint64_t offset;
};
/* What follows an address's 21 bytes: 'b', 'm', 'i', 's', or 0 if it does not decode. */
char row_address_kind(struct span key);
bool row_binding_key(struct span key, struct binding_key *out);
bool row_interface_key(struct span key, uint64_t *interface, uint64_t *offset);

void row_add_evidence(struct text *value, const struct evidence *evidence);
bool row_evidence(struct span value, struct evidence *evidence);

/* Adds a port to the ports of a membership. */
void row_add_port(struct text *ports, struct transport_port port);
void row_add_membership(struct text *value, const struct membership *row);
bool row_membership(struct span value, struct membership *row);

void row_add_holder(struct text *value, const struct holder_names *row);
bool row_holder(struct span value, struct holder_names *row);

/* Two texts: a node's zone and region, or an owner's own controller's kind and name. */
void row_add_pair(struct text *value, struct span first, struct span second);
bool row_pair(struct span value, struct span *first, struct span *second);

#endif
