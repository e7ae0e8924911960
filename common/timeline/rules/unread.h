/* unread.h - between which offsets something that could not be read may have mattered. Pure. */
#ifndef TENURE_UNREAD_H
#define TENURE_UNREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unread_span {
	uint32_t resource;
	uint64_t first_offset, last_offset; /* of records that could not be read */
	uint64_t end_offset; /* of the SYNC_END of the next list; OFFSET_NEVER before it */
};

struct unread {
	struct unread_span *list;
	size_t count, capacity;
};

/* Adds a span as it was stored. -1 if out of memory. */
int unread_add(struct unread *unread, const struct unread_span *span);
/* The record of RESOURCE at OFFSET could not be read. Returns the span that changed, by its
 * number, or -1 if out of memory. */
int64_t unread_open(struct unread *unread, uint32_t resource, uint64_t offset);
/* A list of RESOURCE, which began at BEGIN_OFFSET, ended at OFFSET. Returns the number of the span
 * that ended, or -1 if there is none. */
int64_t unread_close(struct unread *unread, uint32_t resource, uint64_t begin_offset,
		     uint64_t offset);
bool unread_at(const struct unread *unread, uint64_t position);
void unread_free(struct unread *unread);

#endif
