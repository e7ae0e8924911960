/* span.h - a borrowed run of bytes. Pure. */
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
/* Writes the first bytes that sort after all those that begin with PREFIX to AFTER, which has room
 * for as many. Returns their length; 0 if there are none. */
size_t span_after(struct span prefix, char *after);
/* The hash of the bytes (hash.h). 0 for the empty span and for no other. */
uint64_t span_hash(struct span span);

#endif
