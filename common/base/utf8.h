/* utf8.h - UTF-8 sequences (RFC 3629 section 4; Unicode 15, table 3-7). Pure. */
#ifndef TENURE_UTF8_H
#define TENURE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the sequence at BYTES[LENGTH], LENGTH > 0. Returns its length and sets *WELL, or
 * clears *WELL and returns the length of the longest start of a sequence, at least 1. */
size_t utf8_sequence(const char *bytes, size_t length, bool *well);

/* Writes CODE as a sequence of up to four bytes; returns its length. */
size_t utf8_put(uint32_t code, char *to);

#endif
