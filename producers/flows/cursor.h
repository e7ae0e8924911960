/* cursor.h - what is left of a frame while its headers are passed over. */
#ifndef TENURE_FLOWS_CURSOR_H
#define TENURE_FLOWS_CURSOR_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
	const uint8_t *bytes;
	size_t captured; /* bytes that are there */
	size_t on_wire;  /* and that were sent; never less */
};

static inline uint16_t cursor_read16(const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return be16toh(value);
}

static inline uint32_t cursor_read32(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return be32toh(value);
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
