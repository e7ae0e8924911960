/* file_kind.h - recognizes a file that is not what was wanted, by how it begins. Pure. */
#ifndef TENURE_FILE_KIND_H
#define TENURE_FILE_KIND_H

#include <stdbool.h>

#include "common/base/span.h"

#define FILE_KIND_SIZE 128 /* of the text, with its NUL */

enum file_kind { FILE_KUBE, FILE_FLOWS, FILE_TAGGED, FILE_CAPTURE };

/* Whether a file that begins with START (its first line, or at least 8 bytes of it) may be WANTED. If not,
 * WHY is what it is instead, and what to do: "a packet capture, not watch events; tenure-flows -r
 * reads it". Flows with and without tags are not told apart: their readers say that of each record. */
bool file_kind_may_be(enum file_kind wanted, struct span start, char why[static FILE_KIND_SIZE]);

#endif
