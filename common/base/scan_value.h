/* scan_value.h - one value that a scan found: where it is, and what it holds.
 *
 * Pure. TEXT is borrowed from the scanned bytes. These functions take only values from a scan that
 * returned SCAN_GOOD.
 */
#ifndef TENURE_SCAN_VALUE_H
#define TENURE_SCAN_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scan_kind {
	SCAN_ABSENT,
	SCAN_STRING,
	SCAN_NUMBER,
	SCAN_TRUE,
	SCAN_FALSE,
	SCAN_NULL,
	SCAN_OBJECT,
	SCAN_ARRAY,
};

struct scan_value {
	enum scan_kind kind;
	bool escaped;     /* a string that contains a backslash: see scan_value_unescape() */
	const char *text; /* of a string: the first byte after the quote */
	size_t length;    /* of a string, number or literal; 0 for an object or array */
};

/* Writes the string VALUE without its escapes to BUFFER[SIZE]. Returns its length, or -1 if
 * it does not fit or contains half of a surrogate pair. */
long scan_value_unescape(const struct scan_value *value, char *buffer, size_t size);

/* Returns the string VALUE without escapes: in place, or unescaped in BUFFER[SIZE]. NULL if
 * it is not a string or scan_value_unescape() refuses it. */
const char *scan_value_text(const struct scan_value *value, char *buffer, size_t size,
			    size_t *length);

/* Reads the number VALUE. Returns -1 if it is not a number, has a fraction or an exponent,
 * is negative or does not fit. */
int scan_value_unsigned(const struct scan_value *value, uint64_t *number);

/* Returns the value of the four hex digits at AT, or -1 if there are none. */
int scan_value_hex4(const char *at, const char *end);

#endif
