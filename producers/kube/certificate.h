/* certificate.h - what a PEM certificate says. Only certificate.c knows libcrypto. Pure. */
#ifndef TENURE_KUBE_CERTIFICATE_H
#define TENURE_KUBE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/when.h"

/* Sets *END to the last instant at which the first certificate in PEM[LENGTH] is valid (RFC 5280
 * section 4.1.2.5). -1 if there is no certificate. */
int certificate_read_end(const char *pem, size_t length, struct when *end);

/* True if KEY is the private key of the first certificate in PEM. A key with a pass phrase is not. */
bool certificate_has_key(const char *pem, size_t length, const char *key, size_t key_length);

#endif
