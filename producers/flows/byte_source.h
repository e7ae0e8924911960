/* byte_source.h - the bytes of a file or of standard input; gzip and zstd are unpacked.
 *
 * No other module of this program uses zlib or libzstd.
 *
 * (1) A pipe that brings nothing is waited for until stop_requested() (stop.h), which is its end.
 * (2) The memory does not grow with the file: BYTE_SOURCE_WINDOW bytes can be looked at, and as
 *     many packed ones are held. A zstd frame may ask for a window of up to 128 MiB.
 */
#ifndef TENURE_FLOWS_BYTE_SOURCE_H
#define TENURE_FLOWS_BYTE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BYTE_SOURCE_WINDOW (512 * 1024)

struct byte_source;

/* PATH may be "-". Returns NULL and the exit code on failure (logged with NAME). */
struct byte_source *byte_source_open(const char *path, const char *name, int *exit_code);
void byte_source_close(struct byte_source *source);

/* Points *BYTES to what comes next, and returns how much of it is there: LENGTH bytes or more, at
 * most BYTE_SOURCE_WINDOW, or less at the end. It stays until the next call. */
size_t byte_source_peek(struct byte_source *source, const uint8_t **bytes, size_t length);
/* Whether LENGTH bytes can be peeked at, or the end, without waiting for longer than TIMEOUT_MS, or than a signal takes to come. A pipe may
 * be waited for; a file, and more than BYTE_SOURCE_WINDOW bytes, count as there. What was peeked at is gone. */
bool byte_source_has(struct byte_source *source, uint64_t length, int timeout_ms);
/* Passes over LENGTH bytes, of which there may be fewer. */
void byte_source_skip(struct byte_source *source, uint64_t length);

/* How many bytes of the file, packed or not, were read, and how many it has, 0 if that is not known. */
void byte_source_progress(const struct byte_source *source, uint64_t *done, uint64_t *total);

/* Why it ended before its end: a read error, or damaged compression. NULL if it did not. */
const char *byte_source_error(const struct byte_source *source);
/* False for a pipe: it cannot be opened and read from the beginning again. */
bool byte_source_is_file(const struct byte_source *source);

#endif
