/* text.h - a growing buffer with a limit, and the writing of JSON into it. Pure.
 *
 * (1) LENGTH never exceeds LIMIT. An addition that would exceed it, or that runs out of memory,
 *     sets FAILED, and later additions do nothing, so a writer checks once, at the end.
 * (2) DATA is not NUL-terminated unless text_terminate() was called last.
 */
#ifndef TENURE_TEXT_H
#define TENURE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/span.h"
#include "common/base/when.h"

struct text {
	char *data;
	size_t length;
	size_t capacity;
	size_t limit;
	bool failed;
};

void text_init(struct text *text, size_t limit);
/* Clears the bytes and FAILED, and keeps the memory. */
void text_clear(struct text *text);
void text_free(struct text *text);
/* Its bytes, borrowed until the next addition. */
struct span text_span(const struct text *text);

/* As text_add(), which calls it if there is no room yet. */
void text_add_slowly(struct text *text, const char *bytes, size_t length);
static inline void text_add(struct text *text, const char *bytes, size_t length)
{
	if (length == 0 || text->failed || length >= text->capacity - text->length ||
	    length > text->limit - text->length) {
		text_add_slowly(text, bytes, length);
		return;
	}
	memcpy(text->data + text->length, bytes, length);
	text->length += length;
}

static inline void text_add_string(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_add_format(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_add_u64(struct text *text, uint64_t number);
void text_add_i64(struct text *text, int64_t number);
/* Adds BYTES as a JSON string with its quotes, escaped as RFC 8259 section 7
 * requires. BYTES must be UTF-8. */
void text_add_json(struct text *text, const char *bytes, size_t length);
void text_add_json_string(struct text *text, const char *string);
/* The same for any BYTES: the longest start of a UTF-8 sequence that is not completed
 * becomes one U+FFFD (Unicode 3.9). */
void text_add_json_repaired(struct text *text, const char *bytes, size_t length);
/* Adds MOMENT as a quoted RFC 3339 string; WHEN_MIN and WHEN_MAX as null. */
void text_add_when(struct text *text, struct when moment);
/* Writes a NUL after the bytes without counting it. Returns DATA, or "" after a failure. */
const char *text_terminate(struct text *text);

#endif
