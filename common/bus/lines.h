/* lines.h - records read as the lines of a file, a pipe, or standard input.
 *
 * (1) A line's number counts the newlines before it, so it names the same line in
 *     every run over the same file.
 * (2) A line longer than BUS_RECORD_MAX is given cut to BUS_RECORD_MAX + 1 bytes: it
 *     keeps its number, and whoever judges it sees that it is too large.
 * (3) What is left behind the last newline is a line when the input is complete, and
 *     not yet one while the file is followed.
 */
#ifndef TENURE_LINES_H
#define TENURE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lines_status { LINES_RECORD, LINES_QUIET, LINES_END, LINES_BROKEN };

struct lines_line {
	const char *bytes; /* without the newline; borrowed until the next read */
	size_t length;
	int64_t number;
};

struct lines_reader;

/* Opens PATH ("-" for standard input) at line FROM; with -1 - N at the Nth line
 * before the end of a file. FOLLOW waits at the end of a file for more; a pipe ends
 * when its writers have closed it. NULL after logging. */
struct lines_reader *lines_reader_open(const char *path, bool follow, int64_t from);
/* Waits TIMEOUT_MS at most (-1: for ever) for the next line. */
enum lines_status lines_read(struct lines_reader *reader, int timeout_ms, struct lines_line *line);
/* True once the end of the file was met. */
bool lines_caught_up(const struct lines_reader *reader);
void lines_reader_close(struct lines_reader *reader);

#endif
