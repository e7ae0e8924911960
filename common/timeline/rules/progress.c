#include "common/timeline/rules/progress.h"

#include <stdlib.h>

#include "common/base/array.h"

int progress_add(struct progress *progress, struct when known, uint64_t offset)
{
	if (progress->count > 0 && when_not_after(known, progress->list[progress->count - 1].known))
		return 0;
	if (array_grow(&progress->list, &progress->capacity, progress->count + 1,
		       sizeof(*progress->list)) < 0)
		return -1;
	progress->list[progress->count++] = (struct progress_entry){known, offset};
	return 0;
}

void progress_free(struct progress *progress)
{
	free(progress->list);
	*progress = (struct progress){0};
}

const struct progress_entry *progress_find(const struct progress *progress, struct when moment)
{
	size_t low = 0, high = progress->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (when_before(progress->list[middle].known, moment))
			low = middle + 1;
		else
			high = middle;
	}
	return low < progress->count ? &progress->list[low] : NULL;
}

struct when progress_known_at(const struct progress *progress, uint64_t offset)
{
	size_t low = 0, high = progress->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (progress->list[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? progress->list[low - 1].known : WHEN_MIN;
}
