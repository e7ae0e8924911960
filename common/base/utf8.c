#include "common/base/utf8.h"

size_t utf8_sequence(const char *bytes, size_t length, bool *well)
{
	const unsigned char *b = (const unsigned char *)bytes;
	unsigned char low = 0x80, high = 0xbf; /* limits of the second byte */
	size_t size;

	*well = false;
	if (b[0] < 0x80)
		size = 1;
	else if (b[0] >= 0xc2 && b[0] <= 0xdf)
		size = 2;
	else if (b[0] >= 0xe0 && b[0] <= 0xef)
		size = 3;
	else if (b[0] >= 0xf0 && b[0] <= 0xf4)
		size = 4;
	else
		return 1;
	if (b[0] == 0xe0)
		low = 0xa0; /* shorter forms exist */
	else if (b[0] == 0xed)
		high = 0x9f; /* surrogates */
	else if (b[0] == 0xf0)
		low = 0x90;
	else if (b[0] == 0xf4)
		high = 0x8f; /* past U+10FFFF */
	for (size_t i = 1; i < size; i++) {
		if (i >= length || b[i] < low || b[i] > high)
			return i;
		low = 0x80;
		high = 0xbf;
	}
	*well = true;
	return size;
}

size_t utf8_put(uint32_t code, char *to)
{
	static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = size - 1; i > 0; i--) {
		to[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	to[0] = (char)(marks[size] | code);
	return size;
}
