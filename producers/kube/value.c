#include "producers/kube/value.h"

#include <string.h>

struct reader {
	const char *at;
	const char *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
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

static bool take_word(struct reader *r, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
		return false;
	r->at += length;
	return true;
}

static bool take_digits(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && is_digit(*r->at))
		r->at++;
	return r->at > start;
}

static bool take_number(struct reader *r)
{
	take(r, '-');
	if (!take(r, '0') && !take_digits(r))
		return false;
	if (take(r, '.') && !take_digits(r))
		return false;
	if (take(r, 'e') || take(r, 'E')) {
		if (!take(r, '+'))
			take(r, '-');
		return take_digits(r);
	}
	return true;
}

static bool take_escape(struct reader *r)
{
	if (take(r, 'u')) {
		for (int i = 0; i < 4; i++, r->at++)
			if (r->at == r->end || !is_hex(*r->at))
				return false;
		return true;
	}
	if (r->at == r->end || *r->at == '\0' || !strchr("\"\\/bfnrt", *r->at))
		return false;
	r->at++;
	return true;
}

/* One character of more than one byte: RFC 3629 section 4, so neither overlong forms
 * nor surrogates nor anything past U+10FFFF. */
static bool take_utf8(struct reader *r)
{
	const unsigned char *c = (const unsigned char *)r->at;
	size_t left = (size_t)(r->end - r->at);
	size_t more = c[0] >= 0xf0 ? 3 : c[0] >= 0xe0 ? 2 : 1;

	if (c[0] < 0xc2 || c[0] > 0xf4 || left <= more)
		return false;
	for (size_t i = 1; i <= more; i++)
		if ((c[i] & 0xc0) != 0x80)
			return false;
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
	    (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
		return false;
	r->at += more + 1;
	return true;
}

static bool take_string(struct reader *r)
{
	if (!take(r, '"'))
		return false;
	while (r->at < r->end && *r->at != '"') {
		unsigned char c = (unsigned char)*r->at;

		if (c < 0x20)
			return false;
		if (c >= 0x80) {
			if (!take_utf8(r))
				return false;
			continue;
		}
		r->at++;
		if (c == '\\' && !take_escape(r))
			return false;
	}
	return take(r, '"');
}

static bool take_value(struct reader *r, unsigned depth);

/* Behind the opening bracket, up to and with CLOSE. */
static bool take_pieces(struct reader *r, unsigned depth, char close)
{
	skip_blanks(r);
	if (take(r, close))
		return true;
	do {
		skip_blanks(r);
		if (close == '}') {
			if (!take_string(r))
				return false;
			skip_blanks(r);
			if (!take(r, ':'))
				return false;
			skip_blanks(r);
		}
		if (!take_value(r, depth))
			return false;
		skip_blanks(r);
	} while (take(r, ','));
	return take(r, close);
}

static bool take_value(struct reader *r, unsigned depth)
{
	if (r->at == r->end)
		return false;
	switch (*r->at) {
	case '{':
	case '[':
		if (depth == VALUE_DEPTH_MAX)
			return false;
		return take_pieces(r, depth + 1, *r->at++ == '{' ? '}' : ']');
	case '"':
		return take_string(r);
	case 't':
		return take_word(r, "true");
	case 'f':
		return take_word(r, "false");
	case 'n':
		return take_word(r, "null");
	default:
		return take_number(r);
	}
}

bool value_parse(const char *bytes, size_t length, struct value *value)
{
	struct reader r = {bytes, bytes + length};
	const char *start;

	if (length == 0)
		return false;
	skip_blanks(&r);
	start = r.at;
	if (!take_value(&r, 0))
		return false;
	*value = (struct value){start, (size_t)(r.at - start)};
	skip_blanks(&r);
	return r.at == r.end;
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
