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

size_t progress_before(const struct progress_entry *list, size_t count, struct when moment)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (when_before(list[middle].known, moment))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t progress_up_to(const struct progress_entry *list, size_t count, uint64_t offset)
{
	return array_up_to(list, count, sizeof(*list), offsetof(struct progress_entry, offset),
			   offset);
}

struct when progress_known_at(const struct progress *progress, uint64_t offset)
{
	size_t count = progress_up_to(progress->list, progress->count, offset);

	return count > 0 ? progress->list[count - 1].known : WHEN_MIN;
}
