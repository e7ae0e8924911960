/* The functions are deprecated in OpenSSL 3, but those that are not need memory of their own for each
 * hash, and twice the time. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "producers/flows/sha1.h"

#include <openssl/sha.h>

void sha1(const uint8_t *bytes, size_t length, uint8_t digest[static SHA1_SIZE])
{
	SHA_CTX context;

	SHA1_Init(&context);
	SHA1_Update(&context, bytes, length);
	SHA1_Final(digest, &context);
}
