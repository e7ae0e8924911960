/* run_end.h - what a run that has ended says, and how the program exits if it brought nothing. */
#ifndef TENURE_RUN_END_H
#define TENURE_RUN_END_H

#include "enricher/alignment.h"

/* Call it when no more flows will come. Returns EXIT_SUCCESS; EX_DATAERR (logged) if none of the flows could be tagged;
 * or EX_CONFIG (logged) if the group had read before what this run was to read, unless a run with the same options and topics had. */
int run_end_check(const struct alignment *alignment, const struct exchange_settings *settings);

#endif
