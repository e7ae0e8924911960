/* ranges.h - the address ranges of a cluster, and where its pods have had their addresses.
 *
 * docs/answers.md sections 4 and 6: which ranges count, whether podCIDRs are in use, and what
 * is amid the pods, each as of a position. Pure.
 *
 * In memory, 64 bytes for each range, gateway and InternalIP that the cluster ever had, and 40
 * for each node and address of a pod that is in no range of its node; and 2.2 KB for each set of
 * ranges that a question has seen.
 */
#ifndef TENURE_RANGES_H
#define TENURE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/when.h"

enum range_kind {
	RANGE_SERVICES, /* of a ServiceCIDR */
	RANGE_POD_CIDR,
	RANGE_SUBNET,   /* of a node, by ovn-kubernetes */
	RANGE_GATEWAY,  /* one address of a node */
	RANGE_INTERNAL, /* an InternalIP of a node */
	RANGE_SPELLED,  /* nothing in it is outside */
	RANGE_KINDS,
};

struct range_row {
	enum range_kind kind;
	struct ip_range range;
	uint64_t node; /* a hash of the node's name, or 0 */
	uint64_t told_offset;
	struct when from; /* nobody had an address of it before; WHEN_MIN: not known */
};

/* A pod of NODE has had IP, which may be in no range of that node. */
struct pod_address {
	struct ip ip;
	uint64_t node; /* a hash of its name */
	uint64_t offset;
	bool own; /* of the pod's own status */
};

/* The pods of one family that are in no range. */
struct ranges_amid_pods {
	size_t amid, global; /* the first pod, and the first that was not private */
	struct ip_range around;
	size_t widened[128]; /* the pod that shortened AROUND to this length, or to less */
};

/* What pods show to all positions that see the same ranges. Pods are counted from 1; 0 is none, so
 * what the first N show is the same whenever more of them are summed up. */
struct ranges_sum {
	size_t rows;     /* up to the last range that is visible and matters to pods */
	bool used;       /* ranges of nodes count */
	size_t pods;     /* how many are summed up here */
	size_t violated; /* the first that has had its own address outside its node's podCIDRs */
	struct ranges_amid_pods families[2]; /* IPv4, IPv6 */
};

struct ranges {
	struct range_row *list; /* by told offset; a row's number is its index */
	size_t count, capacity;
	struct pod_address *pods; /* by offset */
	size_t pod_count, pod_capacity;
	/* From where on a pod has had an address in a range of its node, and one of its own status
	 * in a podCIDR of its node; OFFSET_NEVER until then. */
	uint64_t used_offset, own_used_offset;
	const struct ip_range *given; /* ranges of --cluster-cidr, borrowed */
	size_t given_count;
	uint64_t generation;     /* rises with every change */
	struct ranges_sum *sums; /* no two of the same ranges */
	size_t sum_count, sum_capacity;
	struct ranges_sum spare; /* used if there is no memory for another one */
};

struct ranges ranges_none(void);
void ranges_free(struct ranges *ranges);
/* -1 if out of memory. */
int ranges_add(struct ranges *ranges, const struct range_row *row);
bool ranges_told(const struct ranges *ranges, const struct range_row *row);
/* A pod of POD's node has POD's address. -1 if out of memory. */
int ranges_add_pod(struct ranges *ranges, const struct pod_address *pod);
/* Whether all is well with POD's address: it is in a podCIDR of its node and cannot be a
 * gateway, so it need not be kept once ranges_use() was called. */
bool ranges_is_plain(const struct ranges *ranges, const struct pod_address *pod);
/* Notes whether POD uses a range of its node. Returns whether something changed. */
bool ranges_use(struct ranges *ranges, const struct pod_address *pod, uint64_t offset);

/* The first position at which IP is in a range; OFFSET_NEVER if there is none. *FROM is the
 * earliest that one may have been in use. */
uint64_t ranges_offset(const struct ranges *ranges, const struct ip *ip, struct when *from);
/* Pods have had addresses of their own status in the podCIDRs of their nodes, and only there. */
bool ranges_podcidrs_in_use(struct ranges *ranges, uint64_t position);
#define RANGES_NODES_MAX 8
/* Hashes of the names of the nodes that have had a podCIDR with IP in it. Returns how many, 0 also
 * if there are more than RANGES_NODES_MAX. */
size_t ranges_nodes_of(const struct ranges *ranges, const struct ip *ip, uint64_t position,
		       uint64_t nodes[static RANGES_NODES_MAX]);

enum ranges_amid {
	RANGES_NOT_AMID,
	RANGES_AMID,        /* between pods' addresses that are in no range */
	RANGES_AMID_SHARED, /* the same, but nodes have addresses there too */
};
enum ranges_amid ranges_amid(struct ranges *ranges, const struct ip *ip, uint64_t position);
/* Whether a pod that has published no address might have IP, which is in no range: pods have had
 * addresses in no range, and IP is private or one of them was not; or its family has no range. */
bool ranges_leave_pods(struct ranges *ranges, const struct ip *ip, uint64_t position);
/* Whether a range that a record spells has IP in it, and was there at LAST. */
bool ranges_spelled(const struct ranges *ranges, const struct ip *ip, struct when last,
		    uint64_t position);

#endif
