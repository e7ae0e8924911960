/* node.h - the nodes of the service graph, and which of them an end of a flow belongs to.
 *
 * An end belongs to the first of these that its tag names:
 *
 *   service       the end's one service                    shop/cart
 *   workload      its deployment, statefulset, ...         shop/cart (deployment)
 *   pod           the pod itself                           shop/cart-7f9c-x2x (pod)
 *   node          the node                                 node/n1
 *   outside       all addresses outside the clusters, or   outside, or outside 192.0.2.7
 *                 each by itself
 *   unknown       the holder is not known, and why         unknown (between_holders)
 *   ambiguous     there is more than one candidate         ambiguous (hand_over)
 *
 * (1) Every end has a node: what is not known is shown as such.
 * (2) Equal ends have the same index for the life of the table.
 * (3) The last of NODES_MAX nodes, "further", is shared by all ends that do not fit, which
 *     are counted.
 */
#ifndef TENURE_NODE_H
#define TENURE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/text.h"
#include "common/record/tagged_flow.h"

#define NODES_MAX 65536 /* about 60 MB; a page with a tenth of them is unreadable */

enum node_kind {
	NODE_SERVICE,
	NODE_WORKLOAD,
	NODE_POD,
	NODE_NODE,
	NODE_OUTSIDE,
	NODE_UNKNOWN,
	NODE_AMBIGUOUS,
	NODE_NAMESPACE,
	NODE_ZONE,
	NODE_FURTHER,
};

/* What ends are grouped by. */
enum node_level {
	NODE_LEVEL_SERVICE,   /* as above */
	NODE_LEVEL_WORKLOAD,  /* the same without services, but for a service's own address */
	NODE_LEVEL_NAMESPACE, /* the pods and services of a namespace */
	NODE_LEVEL_ZONE,      /* those of an availability zone */
};
/* "service", "workload", ... */
extern const char *const node_level_names[];

struct node {
	enum node_kind kind;
	char cluster[TAGGED_FLOW_NAME_SIZE];
	char namespace[TAGGED_FLOW_LABEL_SIZE];
	/* For outside the address or nothing, for unknown and ambiguous the reason, for a namespace
	 * nothing, for a zone its name or, where it is not known, nothing. */
	char name[TAGGED_FLOW_NAME_SIZE];
	char workload_kind[TAGGED_FLOW_LABEL_SIZE]; /* "deployment"; workloads only */
};

struct node_table {
	struct node *nodes;
	size_t count;
	size_t capacity;
	uint32_t *slots; /* open addressing, index + 1; 0 is free */
	size_t slot_count;
	uint64_t further; /* ends that did not fit (3) */
};

/* The node of a packed end (end.h) at LEVEL. */
struct node node_of(struct span packed, enum node_level level);

/* Returns the index of NODE, which is added if it is new; -1 if out of memory. TABLE is
 * zero at first. */
int32_t node_table_index(struct node_table *table, const struct node *node);
/* The index of NODE, or -1. */
int32_t node_table_find(const struct node_table *table, const struct node *node);
void node_table_free(struct node_table *table);

/* A total order: by label, nodes without a namespace last, then by everything else. */
int node_compare(const struct node *a, const struct node *b);
/* "service", "deployment", "pod", ... */
const char *node_kind_name(const struct node *node);
/* For people: "shop/cart (deployment)"; WITH_CLUSTER adds "@prod". Bytes of names that are
 * not visible ASCII become '?'. */
void node_add_label(const struct node *node, bool with_cluster, struct text *text);
/* For programs: "deployment/prod/shop/cart" without empty parts. */
void node_add_id(const struct node *node, struct text *text);

#endif
