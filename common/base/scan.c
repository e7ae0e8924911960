#include "common/base/scan.h"

#include <string.h>

#include "common/base/scan_cursor.h"

#define NOWHERE (-1)

/* An open object or array, and the rows of the members that are wanted in it. */
struct container {
	char closing;
	uint8_t first, count;
};

struct scanner {
	const struct scan_member *members;
	struct scan *scan;
	struct container in; /* the innermost that is open; CLOSING is 0 if there is none */
	struct container around[SCAN_DEPTH_MAX];
	int depth;
	uint8_t top;    /* rows of the outermost object */
	bool is_object; /* the outermost value is one */
	int target;     /* row of the next value, NOWHERE if it is not wanted */
	bool first;     /* stop where the outermost value ends, whatever follows */
	enum scan_outcome outcome;
};

SCAN_INLINE bool literal(struct scan_cursor *c, struct scan_value *value)
{
	const char *after = scan_cursor_literal(c->at, c->end, value);

	if (after == NULL)
		return false;
	c->at = after;
	return true;
}

/* Scans the value whose first byte is FIRST. */
SCAN_INLINE bool scalar(struct scanner *s, struct scan_cursor *c, char first)
{
	struct scan_value value;
	bool good;

	if (first == '"')
		good = scan_cursor_string(c, &value);
	else if (first == '-' || (first >= '0' && first <= '9'))
		good = scan_cursor_number(c, first, &value);
	else
		good = literal(c, &value);
	if (good && s->target != NOWHERE)
		s->scan->values[s->target] = value;
	return good;
}

static bool escaped_name_is(struct scan_value key, const struct scan_member *member)
{
	char plain[64];
	long length = scan_value_unescape(&key, plain, sizeof(plain));

	return length == member->length && memcmp(plain, member->name, member->length) == 0;
}

SCAN_INLINE bool name_is(const struct scan_value *key, const struct scan_member *member)
{
	if (key->escaped)
		return escaped_name_is(*key, member);
	return key->length == member->length && *key->text == *member->name &&
	       memcmp(key->text, member->name, key->length) == 0;
}

/* Sets TARGET if a member named KEY is wanted in the innermost object. Returns false if it is there
 * twice. */
SCAN_INLINE bool find_target(struct scanner *s, const struct scan_value *key)
{
	const struct scan_member *first = s->members + s->in.first, *end = first + s->in.count;

	for (const struct scan_member *member = first; member < end; member++) {
		if (!name_is(key, member))
			continue;
		s->target = (int)(member - s->members);
		if (s->scan->values[s->target].kind == SCAN_ABSENT)
			return true;
		s->scan->member_twice = s->target;
		s->outcome = SCAN_TWICE;
		return false;
	}
	return true;
}

/* Scans a name and its colon. */
SCAN_INLINE bool name(struct scanner *s, struct scan_cursor *c)
{
	struct scan_value key;

	if (scan_cursor_token(c) != '"' || !scan_cursor_string(c, &key) ||
	    scan_cursor_token(c) != ':')
		return false;
	c->at++;
	if (s->in.count == 0 || find_target(s, &key))
		return true;
	c->at = key.text - 1;
	return false;
}

enum place { AT_NAME, AT_VALUE, AFTER_VALUE };

/* Scans the member whose name is next if it is as in compact(), else returns AT_NAME. */
SCAN_INLINE enum place compact_member(struct scanner *s, struct scan_cursor *c)
{
	uint64_t opening = c->stops, closing = scan_cursor_without_lowest(opening), others;
	struct scan_value key = {.kind = SCAN_STRING, .text = c->at + 1}, value = {0};
	const char *end, *after;
	size_t into;

	if (closing == 0 || c->window + scan_cursor_lowest(opening) != c->at ||
	    scan_cursor_peek(c) != '"')
		return AT_NAME;
	end = c->window + scan_cursor_lowest(closing);
	if (c->end - end < 4 || end[0] != '"' || end[1] != ':')
		return AT_NAME;
	key.length = (size_t)(end - key.text);
	opening = scan_cursor_without_lowest(closing);
	after = value.text = end + 2;
	if (*after == '"') {
		closing = scan_cursor_without_lowest(opening);
		if (closing == 0)
			return AT_NAME;
		end = c->window + scan_cursor_lowest(closing);
		if (end >= c->end || *end != '"')
			return AT_NAME;
		opening = scan_cursor_without_lowest(closing);
		value.kind = SCAN_STRING;
		value.text = after + 1;
		value.length = (size_t)(end - value.text);
		after = end + 1;
	} else if (*after >= '0' && *after <= '9') {
		into = (size_t)(after - c->window);
		others = into < SCAN_BLOCK_SIZE ? c->others >> into : 0;
		if (others == 0)
			return AT_NAME;
		value.kind = SCAN_NUMBER;
		value.length = scan_cursor_lowest(others);
		after += value.length;
		if (after >= c->end || (*value.text == '0' && value.length > 1) || *after == '.' ||
		    (*after | 0x20) == 'e')
			return AT_NAME;
	}
	if (s->in.count > 0 && !find_target(s, &key))
		return AT_NAME;
	c->at = after;
	c->stops = opening;
	if (value.kind == SCAN_ABSENT)
		return AT_VALUE;
	if (s->target != NOWHERE)
		s->scan->values[s->target] = value;
	return AFTER_VALUE;
}

/* Scans, from the name that is next, members in the form in which programs write most of them: no
 * white space, the value a whole number or a string, no escapes, all in one block. Returns where it
 * stopped: AT_NAME if the next member has another form. */
SCAN_INLINE enum place compact(struct scanner *s, struct scan_cursor *c)
{
	for (;;) {
		enum place place = compact_member(s, c);

		if (place == AT_NAME) {
			if (c->window == c->at)
				return AT_NAME;
			scan_cursor_look(c, c->at);
		} else if (place == AT_VALUE || scan_cursor_peek(c) != ',') {
			return place;
		} else {
			s->target = NOWHERE;
			c->at++;
		}
	}
}

/* Enters the object or array that begins with FIRST. */
SCAN_INLINE bool enter(struct scanner *s, struct scan_cursor *c, char first)
{
	bool object = first == '{';
	struct container in = {object ? '}' : ']', 0, 0};

	if (s->depth == SCAN_DEPTH_MAX) {
		s->outcome = SCAN_TOO_DEEP;
		return false;
	}
	if (s->target != NOWHERE) {
		s->scan->values[s->target] = (struct scan_value){
			.kind = object ? SCAN_OBJECT : SCAN_ARRAY, .text = c->at};
		if (object) {
			in.first = s->members[s->target].first;
			in.count = s->members[s->target].count;
		}
	}
	if (s->depth == 0 && object) {
		in.count = s->top;
		s->is_object = true;
	}
	s->around[s->depth++] = s->in;
	s->in = in;
	c->at++;
	return true;
}

/* Continues after a value: past the containers that it ends and the comma. Returns false at the
 * end of the whole. */
SCAN_INLINE bool leave(struct scanner *s, struct scan_cursor *c, const char *begin)
{
	while (s->depth > 0) {
		char byte = scan_cursor_token(c);

		if (byte == ',') {
			c->at++;
			return true;
		}
		if (byte != s->in.closing)
			return false;
		s->in = s->around[--s->depth];
		if (s->depth == 0)
			s->scan->closing_brace = (size_t)(c->at - begin);
		c->at++;
	}
	if (!s->first)
		scan_cursor_token(c);
	if (s->first || c->at == c->end)
		s->outcome = SCAN_GOOD;
	return false;
}

/* Scans BYTES[LENGTH], sets OUTCOME and returns where it came to it. */
static size_t run(struct scanner *s, const char *bytes, size_t length)
{
	struct scan_cursor c = {.at = bytes, .end = bytes + length};
	enum place place = AT_VALUE;
	bool more = true;

	scan_cursor_look(&c, bytes);
	s->outcome = SCAN_NOT_JSON;
	while (more) {
		if (place == AT_VALUE) {
			char first = scan_cursor_token(&c);

			place = AFTER_VALUE;
			if (first != '{' && first != '[') {
				more = scalar(s, &c, first);
			} else {
				more = enter(s, &c, first);
				if (more && scan_cursor_token(&c) == s->in.closing)
					s->scan->empty = s->depth == 1;
				else
					place = AT_NAME;
			}
		}
		if (more && place == AFTER_VALUE)
			more = leave(s, &c, bytes);
		s->target = NOWHERE;
		place = AT_VALUE;
		if (more && s->in.closing == '}')
			place = compact(s, &c);
		if (more && place == AT_NAME) {
			more = name(s, &c);
			place = AT_VALUE;
		}
	}
	return (size_t)(c.at - bytes);
}

enum scan_outcome scan_object(const char *bytes, size_t length, const struct scan_member *members,
			      size_t top, size_t count, struct scan *scan)
{
	struct scanner s = {
		.members = members,
		.scan = scan,
		.top = (uint8_t)top,
		.target = NOWHERE,
	};

	for (size_t i = 0; i < count; i++)
		scan->values[i].kind = SCAN_ABSENT;
	scan->empty = false;
	scan->closing_brace = 0;
	scan->fault_at = run(&s, bytes, length);
	if (s.outcome == SCAN_GOOD && !s.is_object)
		return SCAN_NOT_AN_OBJECT;
	return s.outcome;
}

size_t scan_first_object(const char *bytes, size_t length)
{
	struct scan scan;
	struct scanner s = {.scan = &scan, .target = NOWHERE, .first = true};
	size_t end;

	if (length == 0 || *bytes != '{')
		return 0;
	end = run(&s, bytes, length);
	return s.outcome == SCAN_GOOD ? end : 0;
}

enum scan_outcome scan_validate(const char *bytes, size_t length)
{
	struct scan scan;
	enum scan_outcome outcome = scan_object(bytes, length, NULL, 0, 0, &scan);

	return outcome == SCAN_NOT_AN_OBJECT ? SCAN_GOOD : outcome;
}
