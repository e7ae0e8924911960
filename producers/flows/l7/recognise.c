#include "producers/flows/l7/recognise.h"

#include "producers/flows/l7/http1.h"

struct recognised recognise_segment(const uint8_t *bytes, size_t length)
{
	if (http1_begins(bytes, length, false))
		return (struct recognised){FLOW_L7_HTTP, false};
	if (http1_begins(bytes, length, true))
		return (struct recognised){FLOW_L7_HTTP, true};
	return (struct recognised){FLOW_L7_NONE, false};
}
