/* graphml.h - the graph as GraphML 1.0, which networkx, igraph, Gephi and yEd open.
 *
 * The data of a node are its id (node.h; GraphML's own ids may have no slash) and what else is known of it,
 * those of an edge are the numbers of flat_edge.h; what was not measured is absent. An edge whose client is
 * not known has "directed" false among its data, not as GraphML's attribute, because readers refuse graphs
 * with edges of both kinds.
 */
#ifndef TENURE_GRAPHML_H
#define TENURE_GRAPHML_H

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

void graphml_format(const struct snapshot *snapshot, struct text *out);

#endif
