/* value.h - JSON read in place: a value is a run of bytes that the caller owns.
 *
 * A page of a list is megabytes, and a tree of it would be forty times that, so nothing is
 * built here. value_parse() checks the whole text once (common/base/scan.h). The other
 * functions rely on that: they take only values that came out of a parsed one.
 *
 * (1) A value has no blanks around it. One of length 0 is absent.
 * (2) Names are compared byte by byte, with their escapes: the API server escapes none of
 *     the names that are looked up. Of equal names the first counts.
 */
#ifndef TENURE_VALUE_H
#define TENURE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"

struct value {
	const char *bytes;
	size_t length;
};

/* A walk over the members of an object or the items of an array. */
struct value_cursor {
	const char *at;
	const char *end;
	bool object;
};

/* False unless BYTES[LENGTH] is one JSON text with nothing but blanks around it. */
bool value_parse(const char *bytes, size_t length, struct value *value);
/* The value of BYTES[LENGTH], which scan_validate() found good. */
struct value value_of_valid(const char *bytes, size_t length);

bool value_present(struct value value);
bool value_is_object(struct value value);
bool value_is_array(struct value value);
bool value_is_string(struct value value);
bool value_is_null(struct value value);

/* The member at PATH, "items" or "metadata.resourceVersion". Absent also when an object on
 * the way is missing or not an object. */
struct value value_at(struct value object, const char *path);

struct value_cursor value_walk(struct value container);
/* False at the end, and at once when the container is neither an object nor an array.
 * NAME has its quotes; in an array it is absent. */
bool value_next(struct value_cursor *cursor, struct value *name, struct value *value);

/* The same in smaller steps, which read each byte once: value_reach() moves to the next value
 * and returns false at the end. Then value_pass() moves past it, or, when it is an object or
 * an array, value_enter() begins a walk inside it, and value_leave() moves past it after that
 * walk has reached its end. */
bool value_reach(struct value_cursor *cursor, struct value *name);
struct value value_pass(struct value_cursor *cursor);
struct value_cursor value_enter(const struct value_cursor *cursor);
void value_leave(struct value_cursor *cursor, const struct value_cursor *inside);

/* True when VALUE is the string TEXT. */
bool value_is_text(struct value value, const char *text);
/* The integer in VALUE, a number or a string of decimal digits without leading zeros;
 * 0 when it is neither. */
uint64_t value_integer(struct value value);
/* Reads a number without fraction and exponent. False if VALUE is something else, or greater than
 * INT64_MAX; one below INT64_MIN reads as INT64_MIN. */
bool value_i64(struct value value, int64_t *number);
/* Adds VALUE without the blanks between its tokens. */
void value_add(struct text *out, struct value value);

/* The first quote or backslash from AT on, or END; eight bytes at a time. */
const char *value_string_stop(const char *at, const char *end);

#endif
