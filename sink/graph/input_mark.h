/* input_mark.h - whether a file is still the one that was read, or has only grown since.
 *
 * A mark is how many bytes were read, and a hash of the first and the last INPUT_MARK_BYTES of them: a file that was
 * cut, or replaced by another, differs in one of these. It is not proof against someone who changes bytes between.
 */
#ifndef TENURE_INPUT_MARK_H
#define TENURE_INPUT_MARK_H

#include <stdbool.h>
#include <stdint.h>

#define INPUT_MARK_BYTES 4096

struct input_mark {
	int64_t bytes; /* 0: nothing is known, as of a topic */
	uint64_t first, last;
};

/* Makes the mark of the first BYTES of the file PATH, which has as many. False if it has not, or cannot be read;
 * *MARK is left alone then. */
bool input_mark_make(const char *path, int64_t bytes, struct input_mark *mark);
/* Whether the file PATH begins with what MARK was made of. */
bool input_mark_fits(const char *path, const struct input_mark *mark);

#endif
