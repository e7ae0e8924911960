/* base64.h - RFC 4648 base64, the form of certificates in kubeconfigs. */
#ifndef TENURE_KUBE_BASE64_H
#define TENURE_KUBE_BASE64_H

#include <stddef.h>

#include "common/base/text.h"

/* Decodes TEXT, ignoring white space. Returns new bytes with a NUL after them and sets *LENGTH;
 * NULL when TEXT is not base64, or out of memory. */
char *base64_decode(const char *text, size_t *length);
void base64_encode(struct text *text, const char *bytes, size_t length);

#endif
