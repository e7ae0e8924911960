/* cytoscape.h - the graph as the elements of Cytoscape.js.
 *
 *     {"elements":{
 *       "nodes":[{"data":{"id":"namespace/shop","label":"shop"}},
 *                {"data":{"id":"service/prod/shop/cart","label":"shop/cart","kind":"service",
 *                         "cluster":"prod","namespace":"shop","name":"cart","parent":"namespace/shop"}}],
 *       "edges":[{"data":{"id":"SOURCE|TARGET","source":ID,"target":ID,"directed":true,"flows":2,...}}]}}
 *
 * A namespace is a node that contains others (parent). The numbers of an edge are those of
 * flat_edge.h, because selectors and mappers of Cytoscape see only flat members; what was not measured
 * is absent.
 */
#ifndef TENURE_CYTOSCAPE_H
#define TENURE_CYTOSCAPE_H

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

void cytoscape_format(const struct snapshot *snapshot, struct text *out);

#endif
