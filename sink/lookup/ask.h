/* ask.h - asks about the addresses of the command line and of lists on standard input. */
#ifndef TENURE_LOOKUP_ASK_H
#define TENURE_LOOKUP_ASK_H

#include "sink/lookup/options.h"

/* Asks TIMELINE, or the server, about the names of the options and the OPERANDS, which end with NULL, and
 * prints the answers. A reader that closes the pipe ends it, and is not an error. Returns the exit code. */
int ask_all(const struct lookup_options *options, struct timeline *timeline, char **operands);

#endif
