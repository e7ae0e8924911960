#define _GNU_SOURCE /* memmem */
#include "enricher/first_answer.h"

#include <string.h>

#include "common/base/scan.h"

#define OPEN_END "\"end\":null"
#define OPEN_VALUE "null"
#define END_FROM ",\"end_from\":\""

/* Rows of the table below, in its order. */
enum row {
	SOURCE,
	DESTINATION,
	RULES,
	REVISION,
	PROVISIONAL,
	KUBE,
	FLOW,
	NAT,
	ORIGINAL,
	TOP_ROWS,
	POSITION = TOP_ROWS,
	TOPIC,
	PARTITION,
	OFFSET,
	ROWS,
};

static const struct scan_member wanted[ROWS] = {
	SCAN_MEMBER("source", 0, 0),      SCAN_MEMBER("destination", 0, 0),
	SCAN_MEMBER("rules", 0, 0),       SCAN_MEMBER("revision", 0, 0),
	SCAN_MEMBER("provisional", 0, 0), SCAN_MEMBER("kube", POSITION, 1),
	SCAN_MEMBER("flow", TOPIC, 3),    SCAN_MEMBER("nat", 0, 0),
	SCAN_MEMBER("original", 0, 0),    SCAN_MEMBER("position", 0, 0),
	SCAN_MEMBER("topic", 0, 0),       SCAN_MEMBER("partition", 0, 0),
	SCAN_MEMBER("offset", 0, 0),
};

static int refuse_form(struct fault *fault)
{
	return fault_refuse(fault, FAULT_FOREIGN_TAGS, "tenure",
			    "tags of tenure-enrich are needed");
}

/* Reads a position, which may be -1. */
static int read_position(const struct scan_value *value, int64_t *position)
{
	uint64_t number;

	if (value->kind == SCAN_NUMBER && value->length == 2 && memcmp(value->text, "-1", 2) == 0) {
		*position = -1;
		return 0;
	}
	if (scan_value_unsigned(value, &number) < 0 || number > INT64_MAX)
		return -1;
	*position = (int64_t)number;
	return 0;
}

static bool has_origin(const struct scan *scan)
{
	uint64_t number;

	return scan->values[TOPIC].kind == SCAN_STRING &&
	       scan_value_unsigned(&scan->values[PARTITION], &number) == 0 &&
	       scan_value_unsigned(&scan->values[OFFSET], &number) == 0;
}

/* Returns the object VALUE in TAGS; empty if it is not one. */
static struct span object_of(struct span tags, const struct scan_value *value)
{
	struct span object = {value->text, 0};

	if (value->kind == SCAN_OBJECT)
		object.length = scan_first_object(value->text,
						  (size_t)(tags.data + tags.length - value->text));
	return object;
}

/* Returns what follows DESTINATION up to the end of the translated ends, as the enricher writes it; its DATA is NULL
 * if they are elsewhere. */
static struct span others_of(struct span tags, const struct scan *scan, struct span destination)
{
	struct span others = {destination.data + destination.length, 0};

	for (int row = NAT; row <= ORIGINAL; row++) {
		struct span group = object_of(tags, &scan->values[row]);

		if (scan->values[row].kind == SCAN_ABSENT)
			continue;
		if (group.length == 0 || group.data < others.data + others.length)
			return (struct span){NULL, 0};
		others.length = (size_t)(group.data + group.length - others.data);
	}
	return others;
}

int first_answer_read(struct span tags, unsigned rules, struct first_answer *answer,
		      struct fault *fault)
{
	struct first_answer read = {0};
	uint64_t said, revision;
	struct scan scan;

	if (scan_object(tags.data, tags.length, wanted, TOP_ROWS, ROWS, &scan) != SCAN_GOOD ||
	    scan_value_unsigned(&scan.values[RULES], &said) < 0 ||
	    scan_value_unsigned(&scan.values[REVISION], &revision) < 0 || revision == 0)
		return refuse_form(fault);
	if (revision > 1)
		return fault_refuse(fault, FAULT_ALREADY_REVISED, "tenure.revision",
				    "a first answer is needed");
	if (said != rules)
		return fault_refuse(fault, FAULT_OTHER_RULES, "tenure.rules",
				    "an answer of this version's rules is needed");
	read.source = object_of(tags, &scan.values[SOURCE]);
	read.destination = object_of(tags, &scan.values[DESTINATION]);
	read.flow = object_of(tags, &scan.values[FLOW]);
	read.others = others_of(tags, &scan, read.destination);
	read.provisional = scan.values[PROVISIONAL].kind == SCAN_TRUE;
	if (read.source.length == 0 || read.destination.length == 0 || read.others.data == NULL ||
	    !has_origin(&scan) || read_position(&scan.values[POSITION], &read.position) < 0)
		return refuse_form(fault);
	*answer = read;
	return 0;
}

/* Takes the first LENGTH bytes from both. False if they are not the same. */
static bool take_same(struct span *a, struct span *b, size_t length)
{
	if (a->length < length || b->length < length || memcmp(a->data, b->data, length) != 0)
		return false;
	a->data += length;
	a->length -= length;
	b->data += length;
	b->length -= length;
	return true;
}

/* Takes everything up to the byte LAST, and it. False if it is not there. */
static bool take_up_to(struct span *text, char last)
{
	const char *found = memchr(text->data, last, text->length);

	if (found == NULL)
		return false;
	text->length -= (size_t)(found + 1 - text->data);
	text->data = found + 1;
	return true;
}

static bool begins_with(struct span text, const char *begin)
{
	size_t length = strlen(begin);

	return text.length >= length && memcmp(text.data, begin, length) == 0;
}

/* Takes the null of an open end from SAID and what became of it from NOW, up to the brace that ends
 * the binding. False if they differ in more. */
static bool take_end(struct span *said, struct span *now)
{
	const char *brace;

	if (begins_with(*now, OPEN_VALUE))
		return take_same(said, now, strlen(OPEN_VALUE));
	said->data += strlen(OPEN_VALUE);
	said->length -= strlen(OPEN_VALUE);
	brace = memchr(said->data, '}', said->length);
	if (!begins_with(*now, "\"") || brace == NULL)
		return false;
	now->data++;
	now->length--;
	if (!take_up_to(now, '"') || !take_same(said, now, (size_t)(brace - said->data)) ||
	    !begins_with(*now, END_FROM))
		return false;
	now->data += strlen(END_FROM);
	now->length -= strlen(END_FROM);
	return take_up_to(now, '"');
}

/* In JSON text these bytes are a member: a quote inside a string has a backslash before it. */
bool first_answer_holds(struct span said, struct span now)
{
	const char *open;

	while ((open = memmem(said.data, said.length, OPEN_END, strlen(OPEN_END))) != NULL) {
		size_t length = (size_t)(open - said.data) + strlen(OPEN_END) - strlen(OPEN_VALUE);

		if (!take_same(&said, &now, length) || !take_end(&said, &now))
			return false;
	}
	return span_equal(said, now);
}
