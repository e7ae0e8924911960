#include "sink/graph/partition_times.h"

#include <stdlib.h>

#include "common/base/array.h"

void partition_times_free(struct partition_times *times)
{
	free(times->newest);
	*times = (struct partition_times){0};
}

int partition_times_add(struct partition_times *times, int32_t partition, struct when end)
{
	size_t at = (size_t)partition;

	if (partition < 0 || at >= PARTITION_TIMES_MAX)
		return 0;
	if (at >= times->count &&
	    array_grow(&times->newest, &times->capacity, at + 1, sizeof(*times->newest)) < 0)
		return -1;
	while (times->count <= at)
		times->newest[times->count++] = WHEN_MIN;
	times->newest[at] = when_later(times->newest[at], end);
	return 0;
}

struct when partition_times_newest(const struct partition_times *times)
{
	struct when newest = WHEN_MIN;

	for (size_t i = 0; i < times->count; i++)
		newest = when_later(newest, times->newest[i]);
	return newest;
}

struct when partition_times_known(const struct partition_times *times, bool idle)
{
	struct when slowest = WHEN_MAX;

	if (idle)
		return partition_times_newest(times);
	for (size_t i = 0; i < times->count; i++) {
		if (!when_is_min(times->newest[i]))
			slowest = when_earlier(slowest, times->newest[i]);
	}
	return when_is_max(slowest) ? WHEN_MIN : slowest;
}
