/* recorder_places.h - how far a recorder has read, as progress to save. Pure. */
#ifndef TENURE_RECORDER_PLACES_H
#define TENURE_RECORDER_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "sink/graph/intake.h"
#include "sink/graph/progress.h"

/* How far a partition was read. */
struct recorder_place {
	int64_t at;   /* the next record to come */
	int64_t next; /* all before were read once; later than AT after a restart */
};

/* Fills *PROGRESS, which is zero and the caller's, with PLACES, one for each of COUNT partitions, and what is held:
 * in INTAKE, or since BEFORE, the progress of the last start, and not read again yet. -1 if out of memory. */
int recorder_places_progress(const struct recorder_place *places, size_t count,
			     const struct intake *intake, const struct progress *before,
			     struct progress *progress);

#endif
