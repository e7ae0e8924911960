/* varint.h - numbers in as few bytes as they need, seven bits a byte, the lowest first. Pure.
 *
 * (1) A reader that runs past its bytes, or finds a number of more than 64 bits, sets FAILED and
 *     returns zeros from then on; check FAILED once, at the end.
 */
#ifndef TENURE_GRAPH_HISTORY_VARINT_H
#define TENURE_GRAPH_HISTORY_VARINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/text.h"

void varint_add(struct text *out, uint64_t number);
/* Small negative numbers are short too. */
void varint_add_signed(struct text *out, int64_t number);

struct varint_reader {
	const uint8_t *at, *end;
	bool failed;
};

struct varint_reader varint_read(struct span bytes);
uint64_t varint_next_long(struct varint_reader *reader);
static inline uint64_t varint_next(struct varint_reader *reader)
{
	if (reader->at < reader->end && *reader->at < 0x80)
		return *reader->at++;
	return varint_next_long(reader);
}
int64_t varint_next_signed(struct varint_reader *reader);
/* The next LENGTH bytes; empty if there are fewer. */
struct span varint_next_bytes(struct varint_reader *reader, size_t length);
/* Everything was there, and nothing is left. */
bool varint_done(const struct varint_reader *reader);

#endif
