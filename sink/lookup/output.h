/* output.h - answers on standard output. */
#ifndef TENURE_LOOKUP_OUTPUT_H
#define TENURE_LOOKUP_OUTPUT_H

#include <stdbool.h>

#include "common/base/text.h"

/* Writes OUT and clears it. *CLOSED is set if nobody reads any more, which is not an error. -1 after
 * logging, also if OUT has failed. */
int output_print(struct text *out, bool *closed);

#endif
