/* graph_json.h - the graph as one JSON object on one line.
 *
 *     {"window":{"from":T|null,"to":T|null,"first":T|null,"last":T|null},
 *      "nodes":[{"id":"service/shop/cart","label":"shop/cart","kind":"service",
 *                "cluster":"prod","namespace":"shop","name":"cart"}],
 *      "edges":[{"source":ID,"target":ID,"transport":"tcp","port":N,"directed":false,
 *                "flows":N,"provisional":N,
 *                "bytes":{"source":N,"destination":N},
 *                "packets":{"source":N,"destination":N},
 *                "retransmissions":{"source":N,"destination":N},
 *                "handshake":TIMES,
 *                "requests":{"count":N,"response_time":TIMES},
 *                "errors":{"refused":N,"unanswered":N,"reset":N}}],
 *      "further":EDGE,
 *      "records":{"read":N,"unreadable":N,"outside":N,"repeated":N,"superseded":N,
 *                 "early":N}}
 *
 * TIMES is {"count":N,"sum":NS,"min":NS,"max":NS,"mean":NS,"p50":NS,"p95":NS,"p99":NS,
 *           "histogram":{"scale":N,"offset":N,"counts":[N]}} in nanoseconds.
 *
 * Absent are: a node's cluster, namespace or name if it has none; transport and port if they are not
 * kept apart; directed if it is true; handshake and response_time if nothing was timed; p50, p95, p99 and
 * histogram if no record had a histogram; further if there are no further edges. Nodes and edges are in the order of
 * snapshot.h, so equal graphs are equal bytes.
 */
#ifndef TENURE_GRAPH_JSON_H
#define TENURE_GRAPH_JSON_H

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

void graph_json_format(const struct snapshot *snapshot, struct text *out);

/* Parts for other formats of JSON. Adds the members of a node, without braces. */
void graph_json_add_node(const struct snapshot *snapshot, size_t index, struct text *out);
/* Adds the members "id" (flat_edge_add_key()), "source" and "target" of EDGE. */
void graph_json_add_edge_ends(const struct snapshot *snapshot, const struct snapshot_edge *edge,
			      struct text *out);
/* Adds the members of EDGE from flows to errors, without braces. */
void graph_json_add_measures(const struct graph_edge *edge, struct text *out);
/* Adds BEFORE as it is, and STRING quoted and, where it is not UTF-8, repaired. */
void graph_json_add_string(struct text *out, const char *before, const char *string);
void graph_json_add_number(struct text *out, const char *before, uint64_t number);

#endif
