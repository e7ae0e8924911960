/* flow.h - tagged flows made by hand, for the tests of tenure-graph. */
#ifndef TENURE_TESTS_GRAPH_FLOW_H
#define TENURE_TESTS_GRAPH_FLOW_H

#include "common/record/tagged_flow.h"
#include "sink/graph/conversation/conversation_slice.h"
#include "sink/graph/node.h"

/* Makes END pod NAME of the namespace shop on NODE, with SERVICE ("shop/web", or NULL for
 * none). */
void flow_pod(struct tagged_flow_end *end, const char *name, const char *node, const char *service);

/* Makes END the address of SERVICE. */
void flow_service(struct tagged_flow_end *end, const char *service);

void flow_unknown(struct tagged_flow_end *end, const char *reason);

void flow_address(struct tagged_flow_end *end, const char *ip, int port);

/* The node of END at LEVEL. */
struct node flow_node(const struct tagged_flow_end *end, bool outside_addresses,
		      enum node_level level);

/* Makes *FLOW a flow of 10.0.0.1:40000 (pod client on n1) to 10.0.0.2:8080 (pod web-1 on n2,
 * of shop/web), from FROM to TO seconds, as HOST saw it on INTERFACE. The untagged flow is at
 * OFFSET, which is the flow.id too. */
void flow_make(struct tagged_flow *flow, int64_t offset, double from, double to, const char *host,
	       const char *interface);

/* A counted slice between the nodes CLIENT and SERVER, at SECONDS, with one request that was
 * answered in 1 ms. NULL if out of memory. */
struct conversation_slice *flow_slice(int64_t seconds, int32_t client, int32_t server);

#endif
