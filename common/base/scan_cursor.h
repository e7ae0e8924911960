/* scan_cursor.h - the words of a JSON text, for scan.c: white space, strings, numbers and literals.
 * Pure.
 *
 * (1) Nothing at or after END is read.
 * (2) A function that returns false leaves AT at the byte at fault.
 */
#ifndef TENURE_SCAN_CURSOR_H
#define TENURE_SCAN_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/scan_block.h"
#include "common/base/scan_value.h"

/* gcc -O2 leaves calls in the inner loops, and with them the cursor in memory; that costs a fifth of
 * the scan. */
#define SCAN_INLINE static inline __attribute__((always_inline))

struct scan_cursor {
	const char *at, *end;
	const char *window; /* the block that STOPS and OTHERS are of; zeros follow END */
	uint64_t stops;     /* of struct scan_block, without those of strings that were scanned */
	uint64_t others;
};

/* The block at AT, with zeros after END. */
struct scan_block scan_cursor_block(const char *at, const char *end);
/* Returns the end of the escape or the UTF-8 sequence at AT, inside a string. NULL if it is neither. */
const char *scan_cursor_special(const char *at, const char *end);
/* Returns the end of the true, false or null at AT and fills *VALUE, or NULL. */
const char *scan_cursor_literal(const char *at, const char *end, struct scan_value *value);

/* Makes the block at AT, which is not after END, the window. */
SCAN_INLINE void scan_cursor_look(struct scan_cursor *c, const char *at)
{
	struct scan_block block = scan_cursor_block(at, c->end);

	c->window = at;
	c->stops = block.stops;
	c->others = block.others;
}

/* Returns how far AT is into the window, which is moved if AT is after it. */
SCAN_INLINE unsigned scan_cursor_reach(struct scan_cursor *c)
{
	while (c->at - c->window >= SCAN_BLOCK_SIZE)
		scan_cursor_look(c, c->window + SCAN_BLOCK_SIZE);
	return (unsigned)(c->at - c->window);
}

SCAN_INLINE unsigned scan_cursor_lowest(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits);
}

SCAN_INLINE uint64_t scan_cursor_without_lowest(uint64_t bits)
{
	return bits & (bits - 1);
}

/* Returns the next byte, '\0' at the end. */
SCAN_INLINE char scan_cursor_peek(const struct scan_cursor *c)
{
	return c->at < c->end ? *c->at : '\0';
}

/* Returns the next byte after white space, '\0' at the end. */
SCAN_INLINE char scan_cursor_token(struct scan_cursor *c)
{
	char byte = scan_cursor_peek(c);

	while (byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r') {
		c->at++;
		byte = scan_cursor_peek(c);
	}
	return byte;
}

/* Scans the string whose opening quote is the next byte. */
SCAN_INLINE bool scan_cursor_string(struct scan_cursor *c, struct scan_value *value)
{
	unsigned into = scan_cursor_reach(c);

	value->kind = SCAN_STRING;
	value->escaped = false;
	value->text = c->at + 1;
	/* The quote is the next stop, unless a line end came before it. */
	if (scan_cursor_lowest(c->stops) != into)
		c->stops &= ~UINT64_C(0) << into;
	c->stops = scan_cursor_without_lowest(c->stops);
	for (;;) {
		const char *after;

		while (c->stops == 0)
			scan_cursor_look(c, c->window + SCAN_BLOCK_SIZE);
		c->at = c->window + scan_cursor_lowest(c->stops);
		if (scan_cursor_peek(c) == '"')
			break;
		after = scan_cursor_special(c->at, c->end);
		if (after == NULL)
			return false;
		value->escaped = value->escaped || *c->at == '\\';
		c->at = after;
		into = scan_cursor_reach(c);
		c->stops &= ~UINT64_C(0) << into;
	}
	c->stops = scan_cursor_without_lowest(c->stops);
	value->length = (size_t)(c->at - value->text);
	c->at++;
	return true;
}

/* Skips digits. Returns false if there are none. */
SCAN_INLINE bool scan_cursor_digits(struct scan_cursor *c)
{
	const char *first = c->at;

	for (;;) {
		unsigned into = scan_cursor_reach(c);
		uint64_t others = c->others >> into;

		if (others != 0) {
			c->at += scan_cursor_lowest(others);
			return c->at > first;
		}
		c->at = c->window + SCAN_BLOCK_SIZE;
	}
}

/* Scans the number whose first byte is FIRST. */
SCAN_INLINE bool scan_cursor_number(struct scan_cursor *c, char first, struct scan_value *value)
{
	char byte;

	value->kind = SCAN_NUMBER;
	value->escaped = false;
	value->text = c->at;
	if (first == '-') {
		c->at++;
		first = scan_cursor_peek(c);
	}
	if (first == '0')
		c->at++;
	else if (!scan_cursor_digits(c))
		return false;
	byte = scan_cursor_peek(c);
	if (byte == '.') {
		c->at++;
		if (!scan_cursor_digits(c))
			return false;
		byte = scan_cursor_peek(c);
	}
	if (byte == 'e' || byte == 'E') {
		c->at++;
		byte = scan_cursor_peek(c);
		if (byte == '+' || byte == '-')
			c->at++;
		if (!scan_cursor_digits(c))
			return false;
	}
	value->length = (size_t)(c->at - value->text);
	return true;
}

#endif
