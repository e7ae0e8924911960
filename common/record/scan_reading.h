/* scan_reading.h - reads the members of a record that scan.h found, by type, and says which one is
 * at fault. Pure, except that a text with escapes is kept in memory.
 *
 * (1) null counts as absent, and so does a member of an object that is absent.
 * (2) A member of something that is no object has the wrong type.
 * (3) The first fault is kept. Out-parameters are written only if there was none.
 */
#ifndef TENURE_SCAN_READING_H
#define TENURE_SCAN_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/plain.h"
#include "common/base/scan.h"
#include "common/base/span.h"
#include "common/base/value.h"
#include "common/base/when.h"
#include "common/record/fault.h"

enum scan_presence { SCAN_OPTIONAL, SCAN_REQUIRED };

struct scan_range {
	int64_t min, max;
	const char *wanted;
};

/* One record while it is read. A ROW below is one of MEMBERS, WANTED says what would be right, for
 * the fault. */
struct scan_reading {
	const struct scan_member *members;
	size_t count;
	struct scan scan;
	const char *end;   /* of the bytes */
	bool shaped;       /* each wanted object is one, or absent */
	struct plain kept; /* texts that had escapes */
	struct fault *fault;
};

/* Scans BYTES[LENGTH], as scan_object() does, and sets *FAULT, to FAULT_NONE if the record is good.
 * The caller clears *READING in any case. */
void scan_reading_init(struct scan_reading *reading, const char *bytes, size_t length,
		       const struct scan_member *members, size_t top, size_t count,
		       struct fault *fault);
void scan_reading_clear(struct scan_reading *reading);

/* Notes the fault unless there is one already. */
void scan_reading_refuse(struct scan_reading *reading, enum fault_reason reason, size_t row,
			 const char *wanted);

/* Each of these returns whether the member is there and good; otherwise it notes the fault, if it is
 * one. */
bool scan_reading_object(struct scan_reading *reading, size_t row, enum scan_presence presence);
/* ITEMS walks over the array's items. */
bool scan_reading_array(struct scan_reading *reading, size_t row, enum scan_presence presence,
			const char *wanted, struct value_cursor *items);
/* The same of an object: ITEMS walks over its members. */
bool scan_reading_members(struct scan_reading *reading, size_t row, enum scan_presence presence,
			  struct value_cursor *items);
/* A text without NUL bytes, borrowed until READING is cleared. */
bool scan_reading_text(struct scan_reading *reading, size_t row, enum scan_presence presence,
		       const char *wanted, struct span *text);
/* The same, copied with a NUL to OUT[SIZE]. A longer text is refused. */
bool scan_reading_copy(struct scan_reading *reading, size_t row, enum scan_presence presence,
		       char *out, size_t size);
bool scan_reading_integer(struct scan_reading *reading, size_t row, enum scan_presence presence,
			  const struct scan_range *range, int64_t *number);
bool scan_reading_boolean(struct scan_reading *reading, size_t row, enum scan_presence presence,
			  bool *truth);
bool scan_reading_when(struct scan_reading *reading, size_t row, enum scan_presence presence,
		       struct when *moment);

#endif
