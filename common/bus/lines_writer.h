/* lines_writer.h - lines appended to a file, a pipe, or standard output.
 *
 * (1) After a crash only the last line of a file may be incomplete; opening the file
 *     again cuts it.
 * (2) When the reader of standard output has ended, as `head` does, the program is asked to stop, and
 *     what comes until then is written nowhere.
 * (3) A line is written whole, or counted as lost, which closing says in a line of the log.
 */
#ifndef TENURE_LINES_WRITER_H
#define TENURE_LINES_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"

struct lines_writer;

/* Opens PATH ("-" for standard output) for appending (1) and locks the file or pipe: a second
 * writer is refused. Returns NULL after logging. */
struct lines_writer *lines_writer_open(const char *path);
/* Adds one line, written by the next flush or when the buffer is full. -1 after logging. */
int lines_writer_add(struct lines_writer *writer, const char *bytes, size_t length);
int lines_writer_flush(struct lines_writer *writer);
/* The lines that were not written, because the reader had ended or writing failed. Those of the buffer are not
 * among them. */
uint64_t lines_writer_lost(const struct lines_writer *writer);
/* Flushes and closes. NULL is allowed. */
int lines_writer_close(struct lines_writer *writer);

/* Reads the last whole line of the file PATH into LINE, which is cleared first. Returns 1,
 * 0 if there is no file or no whole line, -1 after logging. */
int lines_writer_last(const char *path, struct text *line);

#endif
