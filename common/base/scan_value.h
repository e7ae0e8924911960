/* scan_value.h - one value that a scan found: where it is, and what it says.
 *
 * Pure. TEXT is borrowed from the bytes that were scanned, and only values that a scan
 * found good may be given to these functions.
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
	bool escaped;     /* a string with a backslash inside: see scan_value_unescape() */
	const char *text; /* string: between its quotes; otherwise from its first byte */
	size_t length;    /* of a string, number or literal; 0 for an object or array */
};

/* Writes the string VALUE without its escapes into BUFFER[SIZE]. Returns its length,
 * or -1 when it does not fit or holds half of a surrogate pair. */
long scan_value_unescape(const struct scan_value *value, char *buffer, size_t size);

/* The string VALUE without escapes: where it stands, or unescaped in BUFFER[SIZE].
 * NULL when it is no string or scan_value_unescape() refuses it. */
const char *scan_value_text(const struct scan_value *value, char *buffer, size_t size,
			    size_t *length);

/* The number VALUE as an integer; -1 when it is no number, has a fraction or an
 * exponent, is negative or does not fit. */
int scan_value_unsigned(const struct scan_value *value, uint64_t *number);

/* The four hex digits at AT; -1 when they are not there. */
int scan_value_hex4(const char *at, const char *end);

#endif
