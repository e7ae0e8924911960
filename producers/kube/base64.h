/* base64.h - reads RFC 4648 base64, as kubeconfigs hold certificates. */
#ifndef TENURE_KUBE_BASE64_H
#define TENURE_KUBE_BASE64_H

#include <stddef.h>

/* Decodes TEXT; blanks and line ends inside are passed over. Returns new bytes with a
 * NUL behind them and sets *LENGTH; NULL when it is no base64 or there is no memory. */
char *base64_decode(const char *text, size_t *length);

#endif
