/* scan.h - one pass over a JSON text: checks it against RFC 8259 and finds a few members.
 *
 * Pure. Copies nothing and builds no tree.
 *
 * (1) Every byte is checked: grammar, strict UTF-8 (no overlong forms, no surrogates),
 *     no control characters in strings, only white space after the value.
 * (2) A wanted member that occurs twice in its object is refused, because readers
 *     disagree on which one counts. A name may be written with escapes.
 * (3) Nesting deeper than SCAN_DEPTH_MAX is refused.
 */
#ifndef TENURE_SCAN_H
#define TENURE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/scan_value.h"

#define SCAN_DEPTH_MAX 32
#define SCAN_MEMBERS_MAX 168

enum scan_outcome { SCAN_GOOD, SCAN_NOT_JSON, SCAN_NOT_AN_OBJECT, SCAN_TWICE, SCAN_TOO_DEEP };

/* A wanted member; NAME is not empty. The members wanted inside it are rows FIRST to FIRST + COUNT - 1 of the
 * same table; those of the outermost object are its first rows. */
struct scan_member {
	const char *name;
	uint8_t length;
	uint8_t first;
	uint8_t count;
};

#define SCAN_MEMBER(name, first, count)                    \
	{                                                  \
		(name), sizeof(name) - 1, (first), (count) \
	}

struct scan {
	struct scan_value values[SCAN_MEMBERS_MAX]; /* one for each row of the table */
	size_t closing_brace;                       /* where the outermost object ends */
	bool empty;                                 /* it has no members */
	size_t fault_at;                            /* unless SCAN_GOOD: the byte at fault */
	int member_twice;                           /* with SCAN_TWICE: its row */
};

/* Scans the object BYTES[LENGTH]. MEMBERS has TOP rows for the outermost object and
 * COUNT rows in all, at most SCAN_MEMBERS_MAX. */
enum scan_outcome scan_object(const char *bytes, size_t length, const struct scan_member *members,
			      size_t top, size_t count, struct scan *scan);

/* Returns the length of the object that BYTES[LENGTH] begin with, 0 unless a good one ends there. */
size_t scan_first_object(const char *bytes, size_t length);

/* Scans any JSON value. */
enum scan_outcome scan_validate(const char *bytes, size_t length);

#endif
