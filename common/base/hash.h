/* hash.h - 64-bit hashes. hash_bytes() is FNV-1a, finished as in splitmix64. Pure.
 *
 * Also identifies flows and holders: among a million of them, the chance that
 * two share a value is 1 in 37 million.
 */
#ifndef TENURE_HASH_H
#define TENURE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* Continues HASH over BYTES. */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length);
/* Another hash of the same kind, several times as fast on long bytes; it differs between machines of
 * another byte order. */
uint64_t hash_quick(uint64_t hash, const void *bytes, size_t length);
/* Continues HASH over TEXT and its NUL, so that "a","b" differs from "ab","". */
uint64_t hash_text(uint64_t hash, const char *text);

#endif
