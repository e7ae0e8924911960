/* A time that was read is the same after it was written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[WHEN_TEXT_SIZE], duration[32];
	struct when moment, again;
	int64_t ns;

	if (when_parse((const char *)data, size, &moment) == 0) {
		size_t length = when_format(moment, text);

		if (when_parse(text, length, &again) < 0 || again.ns != moment.ns)
			abort();
	}
	if (size < sizeof(duration)) {
		memcpy(duration, data, size);
		duration[size] = '\0';
		if (when_parse_duration(duration, &ns) == 0 && ns < 0)
			abort();
	}
	return 0;
}
