/* node.h - the nodes of the service graph: which one stands for an end of a flow.
 *
 * The first of these that the tag can fill:
 *
 *   service       the end's one service                    shop/cart
 *   workload      its deployment, statefulset, ...         shop/cart (deployment)
 *   pod           the pod itself                           shop/cart-7f9c-x2x (pod)
 *   node          the node                                 node/n1
 *   outside       every address that is none of the        outside, or outside 192.0.2.7
 *                 cluster's, or each by itself
 *   unknown       who it was is not known, for a reason    unknown (between_holders)
 *   ambiguous     more than one may have been              ambiguous (hand_over)
 *
 * (1) Every end has a node: what is not known is shown as such.
 * (2) Equal ends have the same index for the life of the table.
 * (3) Beyond NODES_MAX all new ends share one node, "further", which is counted.
 */
#ifndef TENURE_NODE_H
#define TENURE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "sink/graph/tagged_flow.h"

#define NODES_MAX 65536 /* about 60 MB; a page with a tenth of them is unreadable */

enum node_kind {
	NODE_SERVICE,
	NODE_WORKLOAD,
	NODE_POD,
	NODE_NODE,
	NODE_OUTSIDE,
	NODE_UNKNOWN,
	NODE_AMBIGUOUS,
	NODE_FURTHER,
};

struct node {
	enum node_kind kind;
	char cluster[TAGGED_FLOW_NAME_SIZE];
	char namespace[TAGGED_FLOW_LABEL_SIZE];
	/* The name; of outside the address or nothing, of unknown and ambiguous the
	 * reason. */
	char name[TAGGED_FLOW_NAME_SIZE];
	char workload_kind[TAGGED_FLOW_LABEL_SIZE]; /* "deployment", of workloads only */
};

struct node_table {
	struct node *nodes;
	size_t count;
	size_t capacity;
	uint32_t *slots; /* open addressing, index + 1; 0 is free */
	size_t slot_count;
	uint64_t further; /* ends that found the table full */
};

struct node node_of(const struct tagged_flow_end *end, bool outside_addresses);

/* TABLE must be zero. */
void node_table_free(struct node_table *table);
/* The index of NODE, which is added when it is new; -1 without memory. */
int32_t node_table_index(struct node_table *table, const struct node *node);

/* By label, then by everything else: a total order. */
int node_compare(const struct node *a, const struct node *b);
/* "service", "deployment", "pod", ... */
const char *node_kind_name(const struct node *node);
/* What people read: "shop/cart (deployment)"; with_cluster adds "@prod". Bytes that
 * do not belong on a terminal become '?'. */
void node_add_label(const struct node *node, bool with_cluster, struct text *text);
/* What programs compare: "deployment/prod/shop/cart", parts that are empty left out. */
void node_add_id(const struct node *node, struct text *text);

#endif
