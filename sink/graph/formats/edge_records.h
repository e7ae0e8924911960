/* edge_records.h - the edges of each step, a record of tenure.edges each
 * (docs/schemas/tenure.edges.json):
 *
 *     {"window":{"from":T,"to":T},"id":"SOURCE|TARGET","source":NODE,"target":NODE,"directed":true,MEASURES}
 *
 * NODE and MEASURES are those of graph_json.h. "id" is the key of the record in a topic: two records with the same
 * id and window are of the same edge and window.
 */
#ifndef TENURE_EDGE_RECORDS_H
#define TENURE_EDGE_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/text.h"
#include "sink/graph/series.h"
#include "sink/graph/snapshot.h"

/* Adds the record of the edge at INDEX of WHOLE, which is the sum of all steps, and puts its id in KEY. False if
 * STEP has no flows of it. */
bool edge_records_add(const struct snapshot *whole, size_t index, const struct series_step *step,
		      struct text *key, struct text *out);

#endif
