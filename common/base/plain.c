#include "common/base/plain.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/scan_value.h"
#include "common/base/utf8.h"

#define REPLACEMENT 0xfffd

struct plain_text {
	struct plain_text *next;
	char bytes[];
};

/* Reads the escape, or the pair of them, whose first hex digit is at *AT. */
static uint32_t unicode(const char **at, const char *end)
{
	int code = scan_value_hex4(*at, end), low;

	*at += 4;
	if (code < 0xd800 || code > 0xdfff)
		return (uint32_t)code;
	if (code > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
		return REPLACEMENT;
	low = scan_value_hex4(*at + 2, end);
	if (low < 0xdc00 || low > 0xdfff)
		return REPLACEMENT;
	*at += 6;
	return 0x10000 + (((uint32_t)code - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
}

size_t plain_unescape(struct value value, char *to)
{
	static const char from[] = "\"\\/bfnrt", plain[] = "\"\\/\b\f\n\r\t";
	const char *at = value.bytes + 1, *end = value.bytes + value.length - 1;
	size_t length = 0;

	while (at < end) {
		if (*at != '\\') {
			to[length++] = *at++;
		} else if (at[1] == 'u') {
			at += 2;
			length += utf8_put(unicode(&at, end), to + length);
		} else {
			to[length++] = plain[strchr(from, at[1]) - from];
			at += 2;
		}
	}
	return length;
}

struct span plain_text(struct plain *plain, struct value value)
{
	const struct span none = {NULL, 0};
	struct plain_text *text;
	size_t length;

	if (!value_is_string(value))
		return none;
	if (memchr(value.bytes, '\\', value.length) == NULL)
		return (struct span){value.bytes + 1, value.length - 2};
	text = malloc(sizeof(*text) + value.length);
	if (text == NULL) {
		plain->failed = true;
		return none;
	}
	text->next = plain->texts;
	plain->texts = text;
	length = plain_unescape(value, text->bytes);
	return memchr(text->bytes, '\0', length) == NULL ? (struct span){text->bytes, length}
							 : none;
}

void plain_free(struct plain *plain)
{
	while (plain->texts != NULL) {
		struct plain_text *text = plain->texts;

		plain->texts = text->next;
		free(text);
	}
	*plain = (struct plain){NULL, false};
}
