/* mermaid.h - the graph as a Mermaid flowchart, which GitHub and GitLab draw. */
#ifndef TENURE_MERMAID_H
#define TENURE_MERMAID_H

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

/* Adds a flowchart from left to right with a subgraph for each namespace. */
void mermaid_format(const struct snapshot *snapshot, struct text *out);

#endif
