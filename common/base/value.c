#include "common/base/value.h"

#include <stdio.h>
#include <string.h>

#include "common/base/brackets.h"
#include "common/base/scan.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool ends_scalar(char c)
{
	return c == ',' || c == '}' || c == ']' || is_blank(c);
}

static void skip_blanks(struct value_cursor *cursor)
{
	while (cursor->at < cursor->end && is_blank(*cursor->at))
		cursor->at++;
}

struct value value_of_valid(const char *bytes, size_t length)
{
	struct value_cursor cursor = {bytes, bytes + length, false};

	skip_blanks(&cursor);
	while (cursor.end > cursor.at && is_blank(cursor.end[-1]))
		cursor.end--;
	return (struct value){cursor.at, (size_t)(cursor.end - cursor.at)};
}

bool value_parse(const char *bytes, size_t length, struct value *value)
{
	if (length == 0 || scan_validate(bytes, length) != SCAN_GOOD)
		return false;
	*value = value_of_valid(bytes, length);
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

bool value_is_string(struct value value)
{
	return value.length > 0 && *value.bytes == '"';
}

bool value_is_null(struct value value)
{
	return value.length == 4 && *value.bytes == 'n';
}

/* gcc -O2 leaves a call, which costs a tenth of the pruner's speed. */
static inline __attribute__((always_inline)) const char *string_stop(const char *at,
								     const char *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;

	for (; end - at >= 8; at += 8) {
		uint64_t bytes, quotes, escapes, stops;

		memcpy(&bytes, at, 8);
		quotes = bytes ^ ones * '"';
		escapes = bytes ^ ones * '\\';
		/* The first byte that stops is exact: borrows only go upwards. */
		stops = (((quotes - ones) & ~quotes) | ((escapes - ones) & ~escapes)) & tops;
		if (stops != 0)
			return at + __builtin_ctzll(stops) / 8;
	}
	while (at < end && *at != '"' && *at != '\\')
		at++;
	return at;
}

const char *value_string_stop(const char *at, const char *end)
{
	return string_stop(at, end);
}

/* Moves past the string that begins here. */
static void pass_string(struct value_cursor *cursor)
{
	const char *at = string_stop(cursor->at + 1, cursor->end);

	while (cursor->end - at >= 2 && *at == '\\')
		at = string_stop(at + 2, cursor->end);
	cursor->at = at < cursor->end ? at + 1 : cursor->end;
}

struct value value_pass(struct value_cursor *cursor)
{
	const char *start = cursor->at;

	if (*start == '"')
		pass_string(cursor);
	else if (*start == '{' || *start == '[')
		cursor->at = brackets_end(cursor->at, cursor->end);
	else
		while (cursor->at < cursor->end && !ends_scalar(*cursor->at))
			cursor->at++;
	return (struct value){start, (size_t)(cursor->at - start)};
}

struct value_cursor value_walk(struct value container)
{
	if (!value_is_object(container) && !value_is_array(container))
		return (struct value_cursor){NULL, NULL, false};
	return (struct value_cursor){container.bytes + 1, container.bytes + container.length,
				     *container.bytes == '{'};
}

struct value_cursor value_enter(const struct value_cursor *cursor)
{
	return (struct value_cursor){cursor->at + 1, cursor->end, *cursor->at == '{'};
}

void value_leave(struct value_cursor *cursor, const struct value_cursor *inside)
{
	cursor->at = inside->at < inside->end ? inside->at + 1 : inside->end;
}

bool value_reach(struct value_cursor *cursor, struct value *name)
{
	while (cursor->at < cursor->end && (is_blank(*cursor->at) || *cursor->at == ','))
		cursor->at++;
	if (cursor->at == cursor->end || *cursor->at == '}' || *cursor->at == ']')
		return false;
	*name = (struct value){NULL, 0};
	if (!cursor->object)
		return true;
	*name = value_pass(cursor);
	while (cursor->at < cursor->end && (is_blank(*cursor->at) || *cursor->at == ':'))
		cursor->at++;
	return cursor->at < cursor->end;
}

bool value_next(struct value_cursor *cursor, struct value *name, struct value *value)
{
	if (!value_reach(cursor, name))
		return false;
	*value = value_pass(cursor);
	return true;
}

static bool is_text(struct value value, const char *text, size_t length)
{
	return value.length == length + 2 && *value.bytes == '"' &&
	       memcmp(value.bytes + 1, text, length) == 0;
}

bool value_is_text(struct value value, const char *text)
{
	return is_text(value, text, strlen(text));
}

/* Moves to the value of the member NAME[LENGTH]; false if there is none. */
static bool reach_member(struct value_cursor *cursor, const char *name, size_t length)
{
	struct value key;

	while (value_reach(cursor, &key)) {
		if (is_text(key, name, length))
			return true;
		value_pass(cursor);
	}
	return false;
}

struct value value_at(struct value object, const char *path)
{
	struct value_cursor cursor = value_walk(object);
	size_t length = strcspn(path, ".");

	/* What follows the member is not read: a pod may have a megabyte of annotations. */
	while (cursor.object && reach_member(&cursor, path, length)) {
		if (path[length] == '\0')
			return value_pass(&cursor);
		if (*cursor.at != '{')
			break;
		cursor = value_enter(&cursor);
		path += length + 1;
		length = strcspn(path, ".");
	}
	return (struct value){NULL, 0};
}

uint64_t value_integer(struct value value)
{
	struct scan_value digits = {.kind = SCAN_NUMBER};
	uint64_t number = 0;

	if (value.length >= 2 && *value.bytes == '"')
		value = (struct value){value.bytes + 1, value.length - 2};
	digits.text = value.bytes;
	digits.length = value.length;
	if (value.length == 0 || *value.bytes == '0' || scan_value_unsigned(&digits, &number) < 0)
		return 0;
	return number;
}

bool value_i64(struct value value, int64_t *number)
{
	bool negative = value.length > 0 && *value.bytes == '-';
	size_t first = negative ? 1 : 0;
	struct scan_value digits = {SCAN_NUMBER, false, value.bytes + first, value.length - first};
	uint64_t sum = 0;

	for (size_t i = first; i < value.length; i++) {
		if (value.bytes[i] < '0' || value.bytes[i] > '9')
			return false;
	}
	if (value.length == 0)
		return false;
	if (scan_value_unsigned(&digits, &sum) < 0 || sum > INT64_MAX) {
		*number = INT64_MIN;
		return negative;
	}
	*number = negative ? -(int64_t)sum : (int64_t)sum;
	return true;
}

void value_add(struct text *out, struct value value)
{
	struct value_cursor cursor = {value.bytes, value.bytes + value.length, false};
	const char *start = cursor.at;

	while (cursor.at < cursor.end) {
		if (*cursor.at == '"') {
			pass_string(&cursor);
		} else if (!is_blank(*cursor.at)) {
			cursor.at++;
		} else {
			text_add(out, start, (size_t)(cursor.at - start));
			skip_blanks(&cursor);
			start = cursor.at;
		}
	}
	text_add(out, start, (size_t)(cursor.at - start));
}
