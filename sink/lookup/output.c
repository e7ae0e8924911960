#include "sink/lookup/output.h"

#include <stdio.h>

#include "common/program/log.h"
#include "common/program/standard_output.h"

int output_print(struct text *out, bool *closed)
{
	int rc = 0;

	if (out->failed) {
		log_error("out of memory");
		rc = -1;
	} else if (out->length > 0) {
		fwrite(out->data, 1, out->length, stdout);
		rc = standard_output_flush(closed);
	}
	text_clear(out);
	return rc;
}
