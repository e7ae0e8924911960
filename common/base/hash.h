/* hash.h - 64 bits that stand for some bytes (FNV-1a, finished as in splitmix64).
 *
 * Used for identities of flows and holders too: among a million of them two
 * share a value with a chance of 1 in 37 million.
 */
#ifndef TENURE_HASH_H
#define TENURE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* HASH carried on over BYTES. */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length);
/* HASH carried on over TEXT and its NUL, so "a","b" is not "ab","". */
uint64_t hash_text(uint64_t hash, const char *text);

#endif
