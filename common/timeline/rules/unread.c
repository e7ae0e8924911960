#include "common/timeline/rules/unread.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/timeline/rules/offset.h"

int unread_add(struct unread *unread, const struct unread_span *span)
{
	if (array_grow(&unread->list, &unread->capacity, unread->count + 1, sizeof(*unread->list)) <
	    0)
		return -1;
	unread->list[unread->count++] = *span;
	return 0;
}

/* The number of the span of RESOURCE that has not ended, or -1. */
static int64_t find_open(const struct unread *unread, uint32_t resource)
{
	for (size_t s = unread->count; s > 0; s--) {
		const struct unread_span *span = &unread->list[s - 1];

		if (span->resource == resource)
			return span->end_offset == OFFSET_NEVER ? (int64_t)s - 1 : -1;
	}
	return -1;
}

int64_t unread_open(struct unread *unread, uint32_t resource, uint64_t offset)
{
	int64_t open = find_open(unread, resource);

	if (open >= 0) {
		unread->list[open].last_offset = offset;
		return open;
	}
	return unread_add(unread, &(struct unread_span){resource, offset, offset, OFFSET_NEVER}) < 0
		       ? -1
		       : (int64_t)unread->count - 1;
}

int64_t unread_close(struct unread *unread, uint32_t resource, uint64_t begin_offset,
		     uint64_t offset)
{
	int64_t open = find_open(unread, resource);

	if (open < 0 || unread->list[open].last_offset >= begin_offset)
		return -1;
	unread->list[open].end_offset = offset;
	return open;
}

bool unread_at(const struct unread *unread, uint64_t position)
{
	for (size_t s = 0; s < unread->count; s++) {
		if (unread->list[s].first_offset <= position &&
		    position < unread->list[s].end_offset)
			return true;
	}
	return false;
}

void unread_free(struct unread *unread)
{
	free(unread->list);
	*unread = (struct unread){0};
}
