/* mermaid.h - the graph as a Mermaid flowchart, which GitHub and GitLab draw. */
#ifndef TENURE_MERMAID_H
#define TENURE_MERMAID_H

#include "common/base/text.h"
#include "sink/graph/view.h"

/* A flowchart from left to right, a subgraph for each namespace. -1 without
 * memory. */
int mermaid_format(const struct view *view, struct text *out);

#endif
