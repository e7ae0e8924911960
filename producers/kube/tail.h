/* tail.h - reads the end of the producer's own output, to go on from there. */
#ifndef TENURE_KUBE_TAIL_H
#define TENURE_KUBE_TAIL_H

#include "common/bus/bus.h"
#include "producers/kube/resume.h"

/* Fills RESUME from the last records at ADDRESS; standard output has none. The further
 * end is read only when the nearer one holds no PROGRESS of CLUSTER. -1 after logging. */
int tail_read(const char *address, const struct bus_options *options, const char *cluster,
	      struct resume *resume);

#endif
