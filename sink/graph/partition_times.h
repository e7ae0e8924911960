/* partition_times.h - how far event time has come, by partition. Pure. */
#ifndef TENURE_PARTITION_TIMES_H
#define TENURE_PARTITION_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

#define PARTITION_TIMES_MAX 65536 /* partitions; those beyond have no time */

/* Zero-initialised. */
struct partition_times {
	struct when *newest; /* event.end of each partition; WHEN_MIN for none */
	size_t count, capacity;
};

void partition_times_free(struct partition_times *times);
/* Notes a flow of PARTITION that ended at END. -1 if out of memory. */
int partition_times_add(struct partition_times *times, int32_t partition, struct when end);
/* The newest end of all partitions; WHEN_MIN for none. */
struct when partition_times_newest(const struct partition_times *times);
/* Up to when flows are known. While records wait (not IDLE), the newest end of the slowest partition
 * that has one, because partitions are read at different speeds; else of all. WHEN_MIN for none. */
struct when partition_times_known(const struct partition_times *times, bool idle);

#endif
