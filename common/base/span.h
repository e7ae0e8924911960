/* span.h - bytes that somebody else owns. Pure. */
#ifndef TENURE_SPAN_H
#define TENURE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const char *data;
	size_t length;
};

struct span span_of(const char *string);
bool span_equal(struct span a, struct span b);
int span_compare(struct span a, struct span b);
/* hash.h's of the bytes; 0 for an empty span, and for no other. */
uint64_t span_hash(struct span span);

#endif
