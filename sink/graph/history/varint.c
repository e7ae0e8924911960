#include "sink/graph/history/varint.h"

#include <endian.h>
#include <string.h>

#define BITS 7
#define MORE 0x80u

void varint_add(struct text *out, uint64_t number)
{
	char bytes[10];
	size_t length = 0;

	for (; number >= MORE; number >>= BITS)
		bytes[length++] = (char)(number | MORE);
	bytes[length++] = (char)number;
	text_add(out, bytes, length);
}

void varint_add_signed(struct text *out, int64_t number)
{
	uint64_t twice = (uint64_t)number << 1;

	varint_add(out, number < 0 ? ~twice : twice);
}

struct varint_reader varint_read(struct span bytes)
{
	const uint8_t *at = (const uint8_t *)bytes.data;

	return (struct varint_reader){.at = at, .end = at + bytes.length};
}

/* A number that may end at the last byte, or be longer than eight. */
static uint64_t next_bytewise(struct varint_reader *reader)
{
	const uint8_t *at = reader->at, *end = reader->end;
	uint64_t number = 0;

	for (unsigned shift = 0; at < end && shift < 64; shift += BITS) {
		uint8_t byte = *at++;

		if (shift == 63 && byte > 1)
			break;
		number |= (uint64_t)(byte & ~MORE) << shift;
		if (byte < MORE) {
			reader->at = at;
			return number;
		}
	}
	reader->failed = true;
	reader->at = end;
	return 0;
}

uint64_t varint_next_long(struct varint_reader *reader)
{
	uint64_t bytes, last;

	if (reader->end - reader->at < (ptrdiff_t)sizeof(bytes))
		return next_bytewise(reader);
	memcpy(&bytes, reader->at, sizeof(bytes));
	bytes = le64toh(bytes);
	last = ~bytes & UINT64_C(0x8080808080808080);
	if (last == 0)
		return next_bytewise(reader);
	reader->at += (__builtin_ctzll(last) + 1) / 8;
	bytes &= last ^ (last - 1); /* up to the lowest bit of LAST */
	/* Close the gaps between 7 bits, between 14 and between 28. */
	bytes = (bytes & UINT64_C(0x007f007f007f007f)) |
		(bytes & UINT64_C(0x7f007f007f007f00)) >> 1;
	bytes = (bytes & UINT64_C(0x00003fff00003fff)) |
		(bytes & UINT64_C(0x3fff00003fff0000)) >> 2;
	return (bytes & UINT64_C(0x000000000fffffff)) | (bytes & UINT64_C(0x0fffffff00000000)) >> 4;
}

int64_t varint_next_signed(struct varint_reader *reader)
{
	uint64_t twice = varint_next(reader);

	return (int64_t)(twice & 1 ? ~(twice >> 1) : twice >> 1);
}

struct span varint_next_bytes(struct varint_reader *reader, size_t length)
{
	struct span bytes = {(const char *)reader->at, length};

	if (length > (size_t)(reader->end - reader->at)) {
		reader->failed = true;
		reader->at = reader->end;
		return (struct span){"", 0};
	}
	reader->at += length;
	return bytes;
}

bool varint_done(const struct varint_reader *reader)
{
	return !reader->failed && reader->at == reader->end;
}
