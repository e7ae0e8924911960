/* standard_output.h - gives what was printed to standard output to its reader. */
#ifndef TENURE_STANDARD_OUTPUT_H
#define TENURE_STANDARD_OUTPUT_H

#include <stdbool.h>

/* Flushes standard output, after fwrite() and the like, of which none need be checked. Returns -1 after logging if it could not be
 * written. *CLOSED, and no error: nobody reads it any more, or a signal to stop came while its reader was waited for; else *CLOSED is
 * left alone. */
int standard_output_flush(bool *closed);

#endif
