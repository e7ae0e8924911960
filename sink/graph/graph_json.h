/* graph_json.h - the graph as one JSON object on one line.
 *
 *     {"window":{"from":T|null,"to":T|null,"first":T|null,"last":T|null},
 *      "nodes":[{"id":"service/shop/cart","label":"shop/cart","kind":"service",
 *                "cluster":"prod","namespace":"shop","name":"cart"}],
 *      "edges":[{"source":ID,"target":ID,"flows":N,"provisional":N,
 *                "bytes":{"source":N,"destination":N},
 *                "packets":{"source":N,"destination":N},
 *                "requests":{"count":N,
 *                            "response_time":{"count":N,"sum":NS,"min":NS,"max":NS,
 *                                             "mean":NS,"p50":NS,"p95":NS,
 *                                             "histogram":{"scale":N,"offset":N,
 *                                                          "counts":[N]}}},
 *                "errors":{"refused":N,"unanswered":N,"reset":N}}],
 *      "further":EDGE,
 *      "records":{"read":N,"unreadable":N,"outside":N,"repeated":N,"superseded":N,
 *                 "early":N}}
 *
 * Durations are nanoseconds.  cluster, namespace and name are absent where a node
 * has none; response_time where nothing was timed, histogram where no record had
 * one; further unless edges did not fit. Nodes are those of the edges; nodes and
 * edges are in the order of node_compare(), so equal graphs are equal bytes.
 */
#ifndef TENURE_GRAPH_JSON_H
#define TENURE_GRAPH_JSON_H

#include "common/base/text.h"
#include "sink/graph/view.h"

/* -1 without memory. */
int graph_json_format(const struct view *view, struct text *out);

#endif
