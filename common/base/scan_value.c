#include "common/base/scan_value.h"

#include <string.h>

#include "common/base/utf8.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

int scan_value_hex4(const char *at, const char *end)
{
	int value = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(at[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* Reads the \u escape, or the pair of them, whose first hex digit is at *AT. */
static long unicode(const char **at, const char *end)
{
	int code = scan_value_hex4(*at, end), low;

	*at += 4;
	if (code < 0xd800 || code > 0xdfff)
		return code;
	if (code > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
		return -1;
	low = scan_value_hex4(*at + 2, end);
	*at += 6;
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

long scan_value_unescape(const struct scan_value *value, char *buffer, size_t size)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = value->text, *end = at + value->length;
	size_t length = 0;

	while (at < end) {
		if (size - length < 4)
			return -1;
		if (*at != '\\') {
			buffer[length++] = *at++;
		} else if (at[1] == 'u') {
			long code;

			at += 2;
			code = unicode(&at, end);
			if (code < 0)
				return -1;
			length += utf8_put((uint32_t)code, buffer + length);
		} else {
			buffer[length++] = to[strchr(from, at[1]) - from];
			at += 2;
		}
	}
	return (long)length;
}

int scan_value_unsigned(const struct scan_value *value, uint64_t *number_out)
{
	uint64_t sum = 0;

	if (value->kind != SCAN_NUMBER)
		return -1;
	for (size_t i = 0; i < value->length; i++) {
		uint64_t digit = (uint64_t)(value->text[i] - '0');

		if (value->text[i] < '0' || value->text[i] > '9' || sum > (UINT64_MAX - digit) / 10)
			return -1;
		sum = sum * 10 + digit;
	}
	*number_out = sum;
	return 0;
}

const char *scan_value_text(const struct scan_value *value, char *buffer, size_t size,
			    size_t *length)
{
	long plain;

	if (value->kind != SCAN_STRING)
		return NULL;
	if (!value->escaped) {
		*length = value->length;
		return value->text;
	}
	plain = scan_value_unescape(value, buffer, size);
	if (plain < 0)
		return NULL;
	*length = (size_t)plain;
	return buffer;
}
