/* manual.h - what --help and the manual page say about tenure-graph as a whole. */
#ifndef TENURE_GRAPH_MANUAL_H
#define TENURE_GRAPH_MANUAL_H

#include "common/program/settings.h"

extern const struct settings_manual manual;

#endif
