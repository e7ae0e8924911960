/* lines.h - records read as the lines of a file, a pipe, or standard input.
 *
 * (1) A line's number is the number of newlines before it, so it names the same line in
 *     every run over the same file.
 * (2) A line longer than BUS_RECORD_MAX is cut to BUS_RECORD_MAX + 1 bytes: it keeps its
 *     number, and its reader sees that it is too large.
 * (3) The bytes after the last newline are a line if the input is complete, and not yet
 *     one while the file is followed.
 */
#ifndef TENURE_LINES_H
#define TENURE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/bus/bus.h"

enum lines_status { LINES_RECORD, LINES_QUIET, LINES_END, LINES_BROKEN };

struct lines_line {
	const char *bytes; /* without the newline; borrowed until the next read */
	size_t length;
	int64_t number;
	int64_t end; /* where the next line begins, in bytes; -1 if no newline ends this one */
};

struct lines_reader;

/* Opens PATH ("-" for standard input) at line FROM, or at the Nth line before the end of a
 * file if FROM is -1 - N. FOLLOW waits for more at the end of a file; a pipe ends when its
 * writers have closed it. Returns NULL after logging. */
struct lines_reader *lines_reader_open(const char *path, bool follow, int64_t from);
/* Opens the file PATH at PLACE. Returns NULL after logging. */
struct lines_reader *lines_reader_open_at(const char *path, bool follow,
					  const struct bus_place *place);
/* Waits up to TIMEOUT_MS (-1: forever) for the next line. */
enum lines_status lines_read(struct lines_reader *reader, int timeout_ms, struct lines_line *line);
/* Waits as lines_read() does for the first line, or 8 bytes of it, and sets *START to what there is of
 * it, without reading on. LINES_END if there is nothing. */
enum lines_status lines_peek(struct lines_reader *reader, int timeout_ms, struct span *start);
/* True once the end of the file has been reached. */
bool lines_caught_up(const struct lines_reader *reader);
/* How many bytes were read, and how many the file has: 0 if that is not known. */
void lines_progress(const struct lines_reader *reader, uint64_t *done, uint64_t *total);
void lines_reader_close(struct lines_reader *reader);

#endif
