#include "common/record/scan_reading.h"

#include <stdio.h>
#include <string.h>

#define NO_ROW SIZE_MAX

static const struct scan_value *value_of(const struct scan_reading *r, size_t row)
{
	return &r->scan.values[row];
}

/* A scanned string or number as value.h has it. */
static struct value in_place(const struct scan_value *value)
{
	size_t quote = value->kind == SCAN_STRING ? 1 : 0;

	return (struct value){value->text - quote, value->length + 2 * quote};
}

/* The row of the object that the member at ROW is in, NO_ROW for the outermost. */
static size_t row_around(const struct scan_reading *r, size_t row)
{
	for (size_t i = 0; i < r->count; i++) {
		size_t first = r->members[i].first;

		if (row >= first && row < first + r->members[i].count)
			return i;
	}
	return NO_ROW;
}

static void add_path(const struct scan_reading *r, size_t row, char path[static FAULT_MEMBER_SIZE])
{
	size_t around = row_around(r, row), length;

	if (around != NO_ROW)
		add_path(r, around, path);
	length = strlen(path);
	snprintf(path + length, FAULT_MEMBER_SIZE - length, "%s%s", length > 0 ? "." : "",
		 r->members[row].name);
}

void scan_reading_refuse(struct scan_reading *r, enum fault_reason reason, size_t row,
			 const char *wanted)
{
	char path[FAULT_MEMBER_SIZE] = "";

	if (r->fault->reason != FAULT_NONE)
		return;
	add_path(r, row, path);
	fault_refuse(r->fault, reason, path, wanted);
}

/* Whether the innermost thing around ROW that is there is no object. */
static bool misplaced(const struct scan_reading *r, size_t row)
{
	enum scan_kind kind = SCAN_ABSENT;

	if (r->shaped)
		return false;
	for (row = row_around(r, row); row != NO_ROW && kind == SCAN_ABSENT;
	     row = row_around(r, row))
		kind = value_of(r, row)->kind;
	return kind != SCAN_ABSENT && kind != SCAN_NULL && kind != SCAN_OBJECT;
}

/* True if the value can be read. GOOD says that its kind is right. */
static bool usable(struct scan_reading *r, size_t row, bool good, enum scan_presence presence,
		   const char *wanted)
{
	enum scan_kind kind = value_of(r, row)->kind;

	if (good)
		return r->fault->reason == FAULT_NONE;
	if ((kind != SCAN_ABSENT && kind != SCAN_NULL) || misplaced(r, row))
		scan_reading_refuse(r, FAULT_WRONG_TYPE, row, wanted);
	else if (presence == SCAN_REQUIRED)
		scan_reading_refuse(r, FAULT_MISSING_MEMBER, row, wanted);
	return false;
}

static void note_outcome(struct scan_reading *r, enum scan_outcome outcome)
{
	switch (outcome) {
	case SCAN_GOOD:
		break;
	case SCAN_NOT_JSON:
		fault_refuse(r->fault, FAULT_NOT_JSON, "", "one JSON object (RFC 8259)");
		break;
	case SCAN_NOT_AN_OBJECT:
		fault_refuse(r->fault, FAULT_NOT_AN_OBJECT, "", "a JSON object");
		break;
	case SCAN_TOO_DEEP:
		fault_refuse(r->fault, FAULT_TOO_LARGE, "",
			     "objects and arrays nested at most 32 deep");
		break;
	case SCAN_TWICE:
		scan_reading_refuse(r, FAULT_MEMBER_TWICE, (size_t)r->scan.member_twice,
				    "a member that occurs once");
		break;
	}
}

void scan_reading_init(struct scan_reading *r, const char *bytes, size_t length,
		       const struct scan_member *members, size_t top, size_t count,
		       struct fault *fault)
{
	r->members = members;
	r->count = count;
	r->end = bytes + length;
	r->kept = (struct plain){0};
	r->fault = fault;
	r->shaped = true;
	*fault = (struct fault){0};
	note_outcome(r, scan_object(bytes, length, members, top, count, &r->scan));
	for (size_t i = 0; i < count; i++) {
		enum scan_kind kind = value_of(r, i)->kind;

		if (members[i].count > 0 && kind != SCAN_OBJECT && kind != SCAN_ABSENT &&
		    kind != SCAN_NULL)
			r->shaped = false;
	}
}

void scan_reading_clear(struct scan_reading *r)
{
	plain_free(&r->kept);
}

bool scan_reading_object(struct scan_reading *r, size_t row, enum scan_presence presence)
{
	return usable(r, row, value_of(r, row)->kind == SCAN_OBJECT, presence, "an object");
}

bool scan_reading_array(struct scan_reading *r, size_t row, enum scan_presence presence,
			const char *wanted, struct value_cursor *items)
{
	const struct scan_value *value = value_of(r, row);

	if (!usable(r, row, value->kind == SCAN_ARRAY, presence, wanted))
		return false;
	*items = value_walk((struct value){value->text, (size_t)(r->end - value->text)});
	return true;
}

bool scan_reading_members(struct scan_reading *r, size_t row, enum scan_presence presence,
			  struct value_cursor *items)
{
	if (!scan_reading_object(r, row, presence))
		return false;
	*items = value_walk(
		(struct value){value_of(r, row)->text, (size_t)(r->end - value_of(r, row)->text)});
	return true;
}

bool scan_reading_text(struct scan_reading *r, size_t row, enum scan_presence presence,
		       const char *wanted, struct span *text)
{
	const struct scan_value *value = value_of(r, row);

	if (!usable(r, row, value->kind == SCAN_STRING, presence, wanted))
		return false;
	*text = (struct span){value->text, value->length};
	if (value->escaped)
		*text = plain_text(&r->kept, in_place(value));
	if (text->data != NULL)
		return true;
	scan_reading_refuse(r, FAULT_WRONG_TYPE, row, wanted);
	return false;
}

bool scan_reading_copy(struct scan_reading *r, size_t row, enum scan_presence presence, char *out,
		       size_t size)
{
	struct span text;

	if (!scan_reading_text(r, row, presence, "a string", &text))
		return false;
	if (text.length >= size) {
		scan_reading_refuse(r, FAULT_TOO_LARGE, row, "a shorter string");
		return false;
	}
	memcpy(out, text.data, text.length);
	out[text.length] = '\0';
	return true;
}

bool scan_reading_integer(struct scan_reading *r, size_t row, enum scan_presence presence,
			  const struct scan_range *range, int64_t *number)
{
	const struct scan_value *value = value_of(r, row);
	int64_t read = 0;
	bool good = value->kind == SCAN_NUMBER && value_i64(in_place(value), &read);

	if (!usable(r, row, good, presence, range->wanted))
		return false;
	if (read < range->min || read > range->max) {
		scan_reading_refuse(r, FAULT_WRONG_VALUE, row, range->wanted);
		return false;
	}
	*number = read;
	return true;
}

bool scan_reading_boolean(struct scan_reading *r, size_t row, enum scan_presence presence,
			  bool *truth)
{
	enum scan_kind kind = value_of(r, row)->kind;

	if (!usable(r, row, kind == SCAN_TRUE || kind == SCAN_FALSE, presence, "true or false"))
		return false;
	*truth = kind == SCAN_TRUE;
	return true;
}

bool scan_reading_when(struct scan_reading *r, size_t row, enum scan_presence presence,
		       struct when *moment)
{
	const char *wanted = "a time such as \"2026-11-23T08:00:00Z\"";
	struct span text;

	if (!scan_reading_text(r, row, presence, wanted, &text))
		return false;
	if (when_parse(text.data, text.length, moment) == 0)
		return true;
	scan_reading_refuse(r, FAULT_WRONG_TYPE, row, wanted);
	return false;
}
