#include "common/base/scan.h"

#include <string.h>

#include "common/base/utf8.h"

#define NOWHERE (-1)
/* gcc -O2 leaves calls in the inner loops; they cost an eighth of the scan. */
#define INNER static inline __attribute__((always_inline))

struct scanner {
	const char *at, *begin, *end;
	const struct scan_member *members;
	struct scan *scan;
	size_t top;
	int depth;
	int target; /* row of the next value, NOWHERE if it is not wanted */
	bool first; /* stop where the outermost value ends, whatever follows */
	bool is_object[SCAN_DEPTH_MAX];
	int row[SCAN_DEPTH_MAX]; /* of each open container, NOWHERE if nothing inside is wanted */
	enum scan_outcome outcome;
};

static bool refuse(struct scanner *s, enum scan_outcome outcome)
{
	s->outcome = outcome;
	return false;
}

INNER void skip_space(struct scanner *s)
{
	while (s->at < s->end &&
	       (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
}

/* Skips bytes that are plain inside a string, eight at a time. */
INNER void skip_plain(struct scanner *s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;

	while (s->end - s->at >= 8) {
		uint64_t bytes, stops;

		memcpy(&bytes, s->at, 8);
		/* The first byte that stops is exact: borrows only go upwards. */
		stops = (bytes - ones * 0x20) | ((bytes ^ ones * '"') - ones) |
			((bytes ^ ones * '\\') - ones);
		stops = (stops | bytes) & tops;
		if (stops != 0) {
			s->at += __builtin_ctzll(stops) / 8;
			return;
		}
		s->at += 8;
	}
	while (s->at < s->end && (unsigned char)*s->at >= 0x20 && (unsigned char)*s->at < 0x80 &&
	       *s->at != '"' && *s->at != '\\')
		s->at++;
}

static bool escape(struct scanner *s)
{
	if (s->end - s->at < 2)
		return refuse(s, SCAN_NOT_JSON);
	if (s->at[1] == 'u') {
		if (scan_value_hex4(s->at + 2, s->end) < 0)
			return refuse(s, SCAN_NOT_JSON);
		s->at += 6;
		return true;
	}
	if (s->at[1] == '\0' || strchr("\"\\/bfnrt", s->at[1]) == NULL)
		return refuse(s, SCAN_NOT_JSON);
	s->at += 2;
	return true;
}

/* Scans the string whose opening quote is at AT. */
INNER bool string(struct scanner *s, struct scan_value *value)
{
	size_t sequence;
	bool well;

	s->at++;
	value->kind = SCAN_STRING;
	value->escaped = false;
	value->text = s->at;
	for (;;) {
		skip_plain(s);
		if (s->at == s->end)
			return refuse(s, SCAN_NOT_JSON);
		if (*s->at == '"')
			break;
		if (*s->at == '\\') {
			value->escaped = true;
			if (!escape(s))
				return false;
			continue;
		}
		sequence = utf8_sequence(s->at, (size_t)(s->end - s->at), &well);
		if (!well || (unsigned char)*s->at < 0x20)
			return refuse(s, SCAN_NOT_JSON);
		s->at += sequence;
	}
	value->length = (size_t)(s->at - value->text);
	s->at++;
	return true;
}

static bool digits(struct scanner *s)
{
	const char *first = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > first ? true : refuse(s, SCAN_NOT_JSON);
}

static bool number(struct scanner *s, struct scan_value *value)
{
	value->kind = SCAN_NUMBER;
	value->text = s->at;
	if (*s->at == '-')
		s->at++;
	if (s->at < s->end && *s->at == '0')
		s->at++;
	else if (!digits(s))
		return false;
	if (s->at < s->end && *s->at == '.') {
		s->at++;
		if (!digits(s))
			return false;
	}
	if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
		s->at++;
		if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
			s->at++;
		if (!digits(s))
			return false;
	}
	value->length = (size_t)(s->at - value->text);
	return true;
}

static bool literal(struct scanner *s, struct scan_value *value)
{
	static const struct {
		const char *text;
		size_t length;
		enum scan_kind kind;
	} literals[] = {{"true", 4, SCAN_TRUE}, {"false", 5, SCAN_FALSE}, {"null", 4, SCAN_NULL}};

	for (size_t i = 0; i < 3; i++) {
		if ((size_t)(s->end - s->at) < literals[i].length ||
		    memcmp(s->at, literals[i].text, literals[i].length) != 0)
			continue;
		value->kind = literals[i].kind;
		value->text = s->at;
		value->length = literals[i].length;
		s->at += literals[i].length;
		return true;
	}
	return refuse(s, SCAN_NOT_JSON);
}

static bool scalar(struct scanner *s)
{
	struct scan_value value = {0};
	bool good;

	if (*s->at == '"')
		good = string(s, &value);
	else if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9'))
		good = number(s, &value);
	else
		good = literal(s, &value);
	if (good && s->target != NOWHERE)
		s->scan->values[s->target] = value;
	return good;
}

static bool name_is(const struct scan_value *key, const struct scan_member *member)
{
	char plain[64];
	long length;

	if (!key->escaped)
		return key->length == member->length &&
		       memcmp(key->text, member->name, key->length) == 0;
	length = scan_value_unescape(key, plain, sizeof(plain));
	return length == member->length && memcmp(plain, member->name, member->length) == 0;
}

/* Scans a name and its colon, and sets TARGET if the value is wanted. */
static bool name(struct scanner *s)
{
	struct scan_value key = {0};
	const char *at;
	int row = s->row[s->depth - 1];
	size_t first, count;

	skip_space(s);
	at = s->at;
	s->target = NOWHERE;
	if (s->at == s->end || *s->at != '"')
		return refuse(s, SCAN_NOT_JSON);
	if (!string(s, &key))
		return false;
	skip_space(s);
	if (s->at == s->end || *s->at != ':')
		return refuse(s, SCAN_NOT_JSON);
	s->at++;
	if (row == NOWHERE)
		return true;
	first = s->depth == 1 ? 0 : s->members[row].first;
	count = s->depth == 1 ? s->top : s->members[row].count;
	for (size_t i = first; i < first + count; i++) {
		if (!name_is(&key, &s->members[i]))
			continue;
		s->target = (int)i;
		if (s->scan->values[i].kind == SCAN_ABSENT)
			return true;
		s->scan->member_twice = (int)i;
		s->at = at;
		return refuse(s, SCAN_TWICE);
	}
	return true;
}

/* Enters the object or array that opens at AT. */
static bool enter(struct scanner *s)
{
	bool object = *s->at == '{';

	if (s->depth == SCAN_DEPTH_MAX)
		return refuse(s, SCAN_TOO_DEEP);
	if (s->target != NOWHERE && s->depth > 0) {
		s->scan->values[s->target].kind = object ? SCAN_OBJECT : SCAN_ARRAY;
		s->scan->values[s->target].text = s->at;
	}
	s->row[s->depth] = object ? s->target : NOWHERE;
	s->is_object[s->depth++] = object;
	s->target = NOWHERE;
	s->at++;
	skip_space(s);
	return true;
}

/* Continues after a value: to the next one, or out of the containers that it ends. Returns
 * false at the end of the whole, with OUTCOME set. */
static bool next(struct scanner *s)
{
	for (;;) {
		bool object = s->depth > 0 && s->is_object[s->depth - 1];

		if (s->depth == 0 && s->first)
			return refuse(s, SCAN_GOOD);
		skip_space(s);
		if (s->depth == 0)
			return refuse(s, s->at == s->end ? SCAN_GOOD : SCAN_NOT_JSON);
		if (s->at == s->end)
			return refuse(s, SCAN_NOT_JSON);
		if (*s->at == ',') {
			s->at++;
			s->target = NOWHERE;
			return object ? name(s) : true;
		}
		if (*s->at != (object ? '}' : ']'))
			return refuse(s, SCAN_NOT_JSON);
		s->depth--;
		if (s->depth == 0)
			s->scan->closing_brace = (size_t)(s->at - s->begin);
		s->at++;
	}
}

static void run(struct scanner *s)
{
	for (;;) {
		skip_space(s);
		if (s->at == s->end) {
			refuse(s, SCAN_NOT_JSON);
			return;
		}
		if (*s->at == '{' || *s->at == '[') {
			bool first = s->depth == 0;

			if (!enter(s))
				return;
			if (s->at < s->end && *s->at == (s->is_object[s->depth - 1] ? '}' : ']')) {
				s->scan->empty = first;
				if (!next(s))
					return;
			} else if (s->is_object[s->depth - 1] && !name(s)) {
				return;
			}
		} else if (!scalar(s) || !next(s)) {
			return;
		}
	}
}

enum scan_outcome scan_object(const char *bytes, size_t length, const struct scan_member *members,
			      size_t top, size_t count, struct scan *scan)
{
	struct scanner s = {
		.at = bytes,
		.begin = bytes,
		.end = bytes + length,
		.members = members,
		.scan = scan,
		.top = top,
	};
	bool is_object;

	for (size_t i = 0; i < count; i++)
		scan->values[i] = (struct scan_value){0};
	scan->empty = false;
	scan->closing_brace = 0;
	skip_space(&s);
	is_object = s.at < s.end && *s.at == '{';
	/* Any row makes enter() search the outermost object. */
	s.target = is_object && top > 0 ? 0 : NOWHERE;
	run(&s);
	if (s.outcome == SCAN_GOOD && !is_object)
		s.outcome = SCAN_NOT_AN_OBJECT;
	scan->fault_at = (size_t)(s.at - bytes);
	return s.outcome;
}

size_t scan_first_object(const char *bytes, size_t length)
{
	struct scan scan;
	struct scanner s = {
		.at = bytes,
		.begin = bytes,
		.end = bytes + length,
		.scan = &scan,
		.target = NOWHERE,
		.first = true,
	};

	if (length == 0 || *bytes != '{')
		return 0;
	run(&s);
	return s.outcome == SCAN_GOOD ? (size_t)(s.at - bytes) : 0;
}

enum scan_outcome scan_validate(const char *bytes, size_t length)
{
	struct scan scan;
	enum scan_outcome outcome = scan_object(bytes, length, NULL, 0, 0, &scan);

	return outcome == SCAN_NOT_AN_OBJECT ? SCAN_GOOD : outcome;
}
