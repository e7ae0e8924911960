#include "common/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/decimal.h"
#include "common/base/utf8.h"

#define FIRST_CAPACITY 256

void text_init(struct text *text, size_t limit)
{
	*text = (struct text){.limit = limit};
}

void text_clear(struct text *text)
{
	text->length = 0;
	text->failed = false;
}

void text_free(struct text *text)
{
	if (text == NULL)
		return;
	free(text->data);
	text_init(text, text->limit);
}

struct span text_span(const struct text *text)
{
	return (struct span){text->data, text->length};
}

/* Makes room for MORE bytes and the NUL of text_terminate(). */
static bool reserve(struct text *text, size_t more)
{
	if (text->failed)
		return false;
	if (more > text->limit - text->length) {
		text->failed = true;
		return false;
	}

	size_t needed = text->length + more + 1;

	if (needed <= text->capacity)
		return true;

	size_t capacity = text->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : text->capacity;

	while (capacity < needed)
		capacity *= 2;

	char *data = realloc(text->data, capacity);

	if (data == NULL) {
		text->failed = true;
		return false;
	}
	text->data = data;
	text->capacity = capacity;
	return true;
}

void text_add_slowly(struct text *text, const char *bytes, size_t length)
{
	if (length == 0 || !reserve(text, length))
		return;
	memcpy(text->data + text->length, bytes, length);
	text->length += length;
}

void text_add_format(struct text *text, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0) {
		text->failed = true;
		return;
	}
	if (!reserve(text, (size_t)length))
		return;
	va_start(arguments, format);
	vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
	va_end(arguments);
	text->length += (size_t)length;
}

void text_add_u64(struct text *text, uint64_t number)
{
	char digits[DECIMAL_MAX];

	text_add(text, digits, (size_t)(decimal_put(digits, number) - digits));
}

void text_add_i64(struct text *text, int64_t number)
{
	if (number < 0)
		text_add(text, "-", 1);
	text_add_u64(text, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static void add_escape(struct text *text, unsigned char c)
{
	static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt", hex[] = "0123456789abcdef";

	for (const char *form = short_forms; *form != '\0'; form += 2) {
		if ((unsigned char)form[0] == c) {
			text_add(text, (const char[]){'\\', form[1]}, 2);
			return;
		}
	}
	text_add(text, (const char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
}

static bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

void text_add_json(struct text *text, const char *bytes, size_t length)
{
	size_t plain = 0; /* start of the bytes that need no escape */

	text_add(text, "\"", 1);
	for (size_t i = 0; i < length; i++) {
		if (!needs_escape((unsigned char)bytes[i]))
			continue;
		text_add(text, bytes + plain, i - plain);
		add_escape(text, (unsigned char)bytes[i]);
		plain = i + 1;
	}
	text_add(text, bytes + plain, length - plain);
	text_add(text, "\"", 1);
}

void text_add_json_string(struct text *text, const char *string)
{
	text_add_json(text, string, strlen(string));
}

void text_add_json_repaired(struct text *text, const char *bytes, size_t length)
{
	size_t plain = 0, i = 0;

	text_add(text, "\"", 1);
	while (i < length) {
		bool well;
		size_t size = utf8_sequence(bytes + i, length - i, &well);

		if (!well || needs_escape((unsigned char)bytes[i])) {
			text_add(text, bytes + plain, i - plain);
			if (well)
				add_escape(text, (unsigned char)bytes[i]);
			else
				text_add(text, "\xef\xbf\xbd", 3); /* U+FFFD */
			plain = i + size;
		}
		i += size;
	}
	text_add(text, bytes + plain, length - plain);
	text_add(text, "\"", 1);
}

void text_add_when(struct text *text, struct when moment)
{
	char buffer[WHEN_TEXT_SIZE + 2];

	if (when_is_min(moment) || when_is_max(moment)) {
		text_add(text, "null", 4);
		return;
	}

	size_t length = when_format(moment, buffer + 1);

	buffer[0] = '"';
	buffer[length + 1] = '"';
	text_add(text, buffer, length + 2);
}

const char *text_terminate(struct text *text)
{
	if (!reserve(text, 0))
		return "";
	text->data[text->length] = '\0';
	return text->data;
}
