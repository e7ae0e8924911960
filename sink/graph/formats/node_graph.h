/* node_graph.h - the graph as the two frames that Grafana's node graph panel draws.
 *
 *     {"nodes":[{"id":ID,"title":"cart","subtitle":"shop","mainstat":"99.1 ms","secondarystat":"10 requests",
 *                "arc__answered":0.9,"arc__failed":0.1,
 *                "arc__answered_color":"green","arc__failed_color":"red","detail__kind":"service",...}],
 *      "edges":[{"id":"SOURCE|TARGET","source":ID,"target":ID,"mainstat":"99.1 ms","secondarystat":"10 requests",
 *                "thickness":3,"color":"red","strokeDasharray":"4","detail__flows":2,...}]}
 *
 * The names are Grafana's. mainstat is the 95th percentile of the response times ("-" where nothing was
 * timed), secondarystat the number of requests; those of a node are of what it served. arc__failed is the
 * share of flows that failed among those that the node served; both arcs are 0 where it served none. An
 * edge is red where flows failed and dashed where its client is not known. Its details are the numbers of
 * flat_edge.h. Every row has every member but the details that were not measured.
 */
#ifndef TENURE_NODE_GRAPH_H
#define TENURE_NODE_GRAPH_H

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

/* OUT has failed if memory ran out. */
void node_graph_format(const struct snapshot *snapshot, struct text *out);

#endif
