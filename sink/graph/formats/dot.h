/* dot.h - the graph in the language of Graphviz: dot -Tsvg draws it. */
#ifndef TENURE_DOT_H
#define TENURE_DOT_H

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

/* Adds a directed graph from left to right with a cluster for each namespace. Lines are
 * half a point thicker for each factor of 16 in their bytes, and red where flows failed. */
void dot_format(const struct snapshot *snapshot, struct text *out);

#endif
