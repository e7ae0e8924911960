/* graph_json.h - the graph as one JSON object on one line.
 *
 *     {"window":{"from":T|null,"to":T|null,"first":T|null,"last":T|null},
 *      "nodes":[{"id":"service/shop/cart","label":"shop/cart","kind":"service",
 *                "cluster":"prod","namespace":"shop","name":"cart"}],
 *      "edges":[{"source":ID,"target":ID,"directed":false,"flows":N,"provisional":N,
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
 * Durations are in nanoseconds. Absent are: a node's cluster, namespace or name if it has
 * none; directed if it is true;
 * response_time if nothing was timed; p50, p95 and histogram if no record had a
 * histogram; further if there are no further edges. Nodes and edges are in the order of
 * snapshot.h, so equal graphs are equal bytes.
 */
#ifndef TENURE_GRAPH_JSON_H
#define TENURE_GRAPH_JSON_H

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

void graph_json_format(const struct snapshot *snapshot, struct text *out);

#endif
