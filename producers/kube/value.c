#include "producers/kube/value.h"

#include <string.h>

#include "common/base/scan.h"

struct reader {
	const char *at;
	const char *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

static bool take(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

bool value_parse(const char *bytes, size_t length, struct value *value)
{
	struct reader r;

	if (length == 0 || scan_validate(bytes, length) != SCAN_GOOD)
		return false;
	r = (struct reader){bytes, bytes + length};
	skip_blanks(&r);
	while (r.end > r.at && is_blank(r.end[-1]))
		r.end--;
	*value = (struct value){r.at, (size_t)(r.end - r.at)};
	return true;
}

bool value_present(struct value value)
{
	return value.length > 0;
}

bool value_is_object(struct value value)
{
	return value.length > 0 && *value.bytes == '{';
}

bool value_is_array(struct value value)
{
	return value.length > 0 && *value.bytes == '[';
}

/* The end of the string that begins at R->at, in a parsed text. */
static void pass_string(struct reader *r)
{
	r->at++;
	while (r->at < r->end && *r->at != '"')
		r->at += *r->at == '\\' && r->at + 1 < r->end ? 2 : 1;
	if (r->at < r->end)
		r->at++;
}

/* The value that begins at R->at, in a parsed text: brackets are in balance there. */
static struct value pass_value(struct reader *r)
{
	const char *start = r->at;
	size_t depth = 0;

	while (r->at < r->end) {
		char c = *r->at;

		if (depth == 0 && (c == ',' || c == '}' || c == ']' || c == ':' || is_blank(c)))
			break;
		if (c == '"') {
			pass_string(r);
		} else {
			if (c == '{' || c == '[')
				depth++;
			else if (c == '}' || c == ']')
				depth--;
			r->at++;
		}
		if (depth == 0 && (c == '"' || c == '}' || c == ']'))
			break;
	}
	return (struct value){start, (size_t)(r->at - start)};
}

struct value_cursor value_walk(struct value container)
{
	if (!value_is_object(container) && !value_is_array(container))
		return (struct value_cursor){NULL, NULL};
	return (struct value_cursor){container.bytes + 1, container.bytes + container.length - 1};
}

bool value_next(struct value_cursor *cursor, struct value *name, struct value *value)
{
	struct reader r = {cursor->at, cursor->end};

	while (r.at < r.end && (is_blank(*r.at) || *r.at == ','))
		r.at++;
	if (r.at == r.end)
		return false;
	*name = (struct value){r.at, 0};
	*value = pass_value(&r);
	skip_blanks(&r);
	if (take(&r, ':')) {
		*name = *value;
		skip_blanks(&r);
		*value = pass_value(&r);
	}
	cursor->at = r.at;
	return true;
}

bool value_is_text(struct value value, const char *text)
{
	size_t length = strlen(text);

	return value.length == length + 2 && *value.bytes == '"' &&
	       memcmp(value.bytes + 1, text, length) == 0;
}

struct value value_member(struct value object, const char *name)
{
	struct value_cursor cursor;
	struct value key, value;

	if (value_is_object(object))
		for (cursor = value_walk(object); value_next(&cursor, &key, &value);)
			if (value_is_text(key, name))
				return value;
	return (struct value){NULL, 0};
}

struct value value_at(struct value object, const char *path)
{
	char name[64];
	const char *dot;

	for (; (dot = strchr(path, '.')); path = dot + 1) {
		size_t length = (size_t)(dot - path);

		if (length >= sizeof(name))
			return (struct value){NULL, 0};
		memcpy(name, path, length);
		name[length] = '\0';
		object = value_member(object, name);
	}
	return value_member(object, path);
}

void value_copy_text(struct value value, char *to, size_t size)
{
	size_t length = value.length >= 2 && *value.bytes == '"' ? value.length - 2 : 0;

	if (length >= size)
		length = size - 1;
	if (length > 0)
		memcpy(to, value.bytes + 1, length);
	to[length] = '\0';
}

uint64_t value_integer(struct value value)
{
	uint64_t number = 0;

	if (value.length >= 2 && *value.bytes == '"')
		value = (struct value){value.bytes + 1, value.length - 2};
	if (value.length == 0 || *value.bytes < '1' || *value.bytes > '9')
		return 0;
	for (size_t i = 0; i < value.length; i++) {
		unsigned digit = (unsigned)(value.bytes[i] - '0');

		if (digit > 9 || number > (UINT64_MAX - digit) / 10)
			return 0;
		number = number * 10 + digit;
	}
	return number;
}

void value_add(struct text *out, struct value value)
{
	struct reader r = {value.bytes, value.bytes + value.length};

	while (r.at < r.end) {
		const char *start = r.at;

		if (*r.at == '"')
			pass_string(&r);
		else
			while (r.at < r.end && *r.at != '"' && !is_blank(*r.at))
				r.at++;
		text_add(out, start, (size_t)(r.at - start));
		skip_blanks(&r);
	}
}
