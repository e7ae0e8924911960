/* kube_file_kind.h - recognizes a file that is not a kube file, by how it begins. Pure. */
#ifndef TENURE_KUBE_FILE_KIND_H
#define TENURE_KUBE_FILE_KIND_H

#include "common/base/span.h"

/* What a file that begins with START (its first line, or at least 8 bytes of it) is instead, and what
 * to do: "a packet capture, not watch events; ...". NULL if it may be a kube file. Static text. */
const char *kube_file_kind(struct span start);

#endif
