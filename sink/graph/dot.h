/* dot.h - the graph in the language of Graphviz: dot -Tsvg draws it. */
#ifndef TENURE_DOT_H
#define TENURE_DOT_H

#include "common/base/text.h"
#include "sink/graph/view.h"

/* A directed graph from left to right, a cluster for each namespace. Lines are
 * thicker by powers of 16 of the bytes they carry, red where flows failed. -1
 * without memory. */
int dot_format(const struct view *view, struct text *out);

#endif
