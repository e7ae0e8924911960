/* edge_writer.h - writes the edges of closed windows to an address, as records of tenure.edges
 * (edge_records.h) with their ids as keys and the ends of their windows as timestamps.
 *
 * (1) A window is closed if all of it is in the time that is over. Others are left out.
 * (2) Each edge of a window is written once, and everything is acknowledged or written before it
 *     returns; a run that fails may have written a part. Another run writes the same windows again.
 */
#ifndef TENURE_EDGE_WRITER_H
#define TENURE_EDGE_WRITER_H

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "sink/graph/series.h"
#include "sink/graph/snapshot.h"

/* Writes those steps of SERIES, whose sum is WHOLE, that are within FROM to TO, the time that is over. -1 after logging. */
int edge_writer_write(const char *address, const struct bus_options *bus,
		      const struct snapshot *whole, const struct series *series, struct when from,
		      struct when to);

#endif
