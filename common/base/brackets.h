/* brackets.h - where an object or an array ends, in a JSON text that scan_validate() found good. Pure.
 *
 * (1) brackets_end() reads 64 bytes at a time, with vectors where the compiler's target has them.
 *     brackets_end_plain() returns the same on any machine.
 */
#ifndef TENURE_BRACKETS_H
#define TENURE_BRACKETS_H

/* Returns the end of the object or array that begins at AT, or END if it is cut off. */
const char *brackets_end(const char *at, const char *end);
const char *brackets_end_plain(const char *at, const char *end);

#endif
