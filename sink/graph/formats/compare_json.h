/* compare_json.h - what changed between two windows, as JSON.
 *
 *     "base":{"from":T|null,"to":T|null,"complete":true},
 *     "now":{"from":T|null,"to":T|null,"complete":true},
 *     "nodes":[NODE],
 *     "edges":[{"id":"SOURCE|TARGET","source":ID,"target":ID,"directed":false,
 *               "change":"slower","before":MEASURES|null,"after":MEASURES|null}]
 *
 * "change" is as compare.h defines it; edges are in its order. NODE and MEASURES are the objects of
 * graph_json.h; null is no flow. directed is absent if it is true.
 */
#ifndef TENURE_COMPARE_JSON_H
#define TENURE_COMPARE_JSON_H

#include "common/base/text.h"
#include "sink/graph/compare.h"

/* Adds these members, without braces. */
void compare_json_add(const struct comparison *comparison, struct text *out);

#endif
