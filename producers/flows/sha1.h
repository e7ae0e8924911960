/* sha1.h - SHA-1 (RFC 3174) of one block, for Community ID.
 *
 * Nothing here depends on its strength.
 */
#ifndef TENURE_FLOWS_SHA1_H
#define TENURE_FLOWS_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20
#define SHA1_INPUT_MAX 55 /* bytes: the block of 64 less the padding */

void sha1(const uint8_t *bytes, size_t length, uint8_t digest[static SHA1_SIZE]);

#endif
