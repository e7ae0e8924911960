/* line_question.h - a line of a list of addresses. Pure.
 *
 *     ADDRESS
 *     ADDRESS TIME
 *     TIME ... ADDRESS
 *
 * with blanks between and around them. A time is one of when_text.h.
 */
#ifndef TENURE_LINE_QUESTION_H
#define TENURE_LINE_QUESTION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/ip.h"
#include "common/base/when.h"

struct line_question {
	struct ip ip;
	bool timed;
	struct when at; /* if TIMED; WHEN_MIN for "now" */
};

enum line_question_outcome {
	LINE_QUESTION,
	LINE_BLANK,
	LINE_NO_ADDRESS,    /* neither its first word nor its last is one */
	LINE_TWO_ADDRESSES, /* before the last word, too */
	LINE_NO_TIME,       /* what is beside the address is not a time */
};

/* Reads LINE[LENGTH] at the wall clock NOW. *QUESTION is filled only if it is one. */
enum line_question_outcome line_question_read(const char *line, size_t length, struct when now,
					      struct line_question *question);

#endif
