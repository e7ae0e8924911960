#include "sink/lookup/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/program/log.h"
#include "common/program/stop.h"

int output_print(struct text *out, bool *closed)
{
	int rc = 0;

	if (out->failed) {
		log_error("out of memory");
		rc = -1;
	} else if (out->length > 0 && (fwrite(out->data, 1, out->length, stdout) < out->length ||
				       fflush(stdout) != 0)) {
		*closed = errno == EPIPE || (errno == EINTR && stop_requested());
		if (!*closed) {
			log_error("standard output: %s", strerror(errno));
			rc = -1;
		}
	}
	text_clear(out);
	return rc;
}
