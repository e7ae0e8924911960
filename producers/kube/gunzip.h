/* gunzip.h - a gzip stream (RFC 1952), unpacked a piece at a time, over zlib.
 *
 * libcurl would unpack everything it has read at once, twenty times as many bytes as came, and
 * stops at the second member of a stream (curl/curl#3796).
 */
#ifndef TENURE_KUBE_GUNZIP_H
#define TENURE_KUBE_GUNZIP_H

#include <stddef.h>

#include "common/base/text.h"

enum gunzip_status {
	GUNZIP_ALL,   /* everything that was added is unpacked */
	GUNZIP_MORE,  /* there may be more */
	GUNZIP_WRONG, /* it is not gzip */
};

struct gunzip;

/* NULL if out of memory. */
struct gunzip *gunzip_open(void);
void gunzip_close(struct gunzip *gunzip);
/* Keeps a copy of BYTES[LENGTH]. -1 when that is out of memory, or more than 64 MiB with what is
 * still to be unpacked. */
int gunzip_add(struct gunzip *gunzip, const char *bytes, size_t length);
/* Unpacks about LENGTH bytes to the end of PLAIN, or less when there are no more. PLAIN fails
 * by its own limit. */
enum gunzip_status gunzip_move(struct gunzip *gunzip, struct text *plain, size_t length);

#endif
