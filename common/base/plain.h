/* plain.h - the texts of JSON strings that were found in place (value.h), without their escapes. */
#ifndef TENURE_PLAIN_H
#define TENURE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/span.h"
#include "common/base/value.h"

/* The texts that had escapes. Zero at first. */
struct plain {
	struct plain_text *texts;
	bool failed; /* memory ran out */
};

/* Returns the text of VALUE: in place, or kept in PLAIN if it has escapes. Its data is NULL if VALUE
 * is not a string, contains a NUL, or memory ran out. */
struct span plain_text(struct plain *plain, struct value value);
void plain_free(struct plain *plain);

/* Writes the string VALUE without quotes and escapes to TO, which has room for VALUE, and returns the
 * length. Half of a surrogate pair becomes U+FFFD. */
size_t plain_unescape(struct value value, char *to);

#endif
