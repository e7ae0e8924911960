#include "sink/graph/history/varint.h"

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

uint64_t varint_next_long(struct varint_reader *reader)
{
	uint64_t number = 0;

	for (unsigned shift = 0; reader->at < reader->end && shift < 64; shift += BITS) {
		uint8_t byte = *reader->at++;

		if (shift == 63 && byte > 1)
			break;
		number |= (uint64_t)(byte & ~MORE) << shift;
		if (byte < MORE)
			return number;
	}
	reader->failed = true;
	reader->at = reader->end;
	return 0;
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
