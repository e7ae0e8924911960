/* sha1.h - the hash of RFC 3174, of a few bytes at once.
 *
 * Community ID asks for it; nothing here depends on its strength.
 */
#ifndef TENURE_FLOWS_SHA1_H
#define TENURE_FLOWS_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20

void sha1(const uint8_t *bytes, size_t length, uint8_t digest[static SHA1_SIZE]);

#endif
