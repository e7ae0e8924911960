#include "common/program/standard_output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/program/log.h"
#include "common/program/stop.h"

int standard_output_flush(bool *closed)
{
	/* Not after an error: a signal to stop that ended one wait must not begin another. */
	if (!ferror(stdout) && fflush(stdout) == 0)
		return 0;
	if (errno == EPIPE || (errno == EINTR && stop_requested())) {
		*closed = true;
		return 0;
	}
	log_error("standard output: %s", strerror(errno));
	return -1;
}
