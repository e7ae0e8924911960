/* annotate.h - a log, with who held each address at the time of its line. */
#ifndef TENURE_ANNOTATE_H
#define TENURE_ANNOTATE_H

#include "sink/lookup/options.h"

/* Copies standard input to standard output with annotations (annotation.h), from TIMELINE or from the
 * server of the options, which gets many questions at a time. A reader that closes the
 * pipe ends it, and is not an error. Returns the exit code. */
int annotate_all(const struct lookup_options *options, struct timeline *timeline);

#endif
