#include "producers/kube/base64.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_decode(const char *text, size_t *length)
{
	char *bytes = malloc(strlen(text) / 4 * 3 + 4);
	unsigned long group = 0;
	size_t count = 0, out = 0, padding = 0;

	if (bytes == NULL)
		return NULL;
	for (; *text; text++) {
		const char *digit = strchr(digits, *text);

		if (isspace((unsigned char)*text))
			continue;
		padding += *text == '=';
		if ((*text != '=' && (digit == NULL || padding > 0)) || padding > 2) {
			free(bytes);
			return NULL;
		}
		group = group << 6 | (digit ? (unsigned long)(digit - digits) : 0);
		if (++count % 4 == 0) {
			bytes[out++] = (char)(group >> 16);
			bytes[out++] = (char)(group >> 8);
			bytes[out++] = (char)group;
			group = 0;
		}
	}
	if (count % 4 != 0) {
		free(bytes);
		return NULL;
	}
	out -= padding;
	bytes[out] = '\0';
	*length = out;
	return bytes;
}

void base64_encode(struct text *text, const char *bytes, size_t length)
{
	for (size_t at = 0; at < length; at += 3) {
		size_t left = length - at < 3 ? length - at : 3;
		unsigned long group = 0;
		char four[4];

		for (size_t i = 0; i < 3; i++)
			group = group << 8 | (i < left ? (unsigned char)bytes[at + i] : 0);
		for (size_t i = 0; i < 4; i++)
			four[i] = i <= left ? digits[group >> (18 - 6 * i) & 63] : '=';
		text_add(text, four, sizeof(four));
	}
}
