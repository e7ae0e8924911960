/* cursor.h - what is left of a frame while its headers are passed over. */
#ifndef TENURE_FLOWS_CURSOR_H
#define TENURE_FLOWS_CURSOR_H

#include <stddef.h>
#include <stdint.h>

struct cursor {
	const uint8_t *bytes;
	size_t captured; /* bytes that are there */
	size_t on_wire;  /* and that were sent; never less */
};

static inline uint16_t cursor_read16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t cursor_read32(const uint8_t *bytes)
{
	return (uint32_t)cursor_read16(bytes) << 16 | cursor_read16(bytes + 2);
}

/* LENGTH bytes must have been captured. */
static inline void cursor_skip(struct cursor *cursor, size_t length)
{
	cursor->bytes += length;
	cursor->captured -= length;
	cursor->on_wire -= length;
}

/* Leaves LENGTH bytes, if there are more. */
static inline void cursor_limit(struct cursor *cursor, size_t length)
{
	if (cursor->on_wire > length)
		cursor->on_wire = length;
	if (cursor->captured > length)
		cursor->captured = length;
}

#endif
