#include "sink/graph/measures.h"

static void add_to(uint64_t *sum, uint64_t more)
{
	if (__builtin_add_overflow(*sum, more, sum))
		*sum = UINT64_MAX;
}

void measures_add(struct measures *sum, const struct measures *more)
{
	add_to(&sum->flows, more->flows);
	add_to(&sum->provisional, more->provisional);
	add_to(&sum->refused, more->refused);
	add_to(&sum->unanswered, more->unanswered);
	add_to(&sum->reset, more->reset);
	add_to(&sum->source_bytes, more->source_bytes);
	add_to(&sum->destination_bytes, more->destination_bytes);
	add_to(&sum->source_packets, more->source_packets);
	add_to(&sum->destination_packets, more->destination_packets);
	add_to(&sum->requests, more->requests);
	if (more->response_count == 0)
		return;
	if (sum->response_count == 0 || more->response_min_ns < sum->response_min_ns)
		sum->response_min_ns = more->response_min_ns;
	if (more->response_max_ns > sum->response_max_ns)
		sum->response_max_ns = more->response_max_ns;
	add_to(&sum->response_count, more->response_count);
	add_to(&sum->response_sum_ns, more->response_sum_ns);
}

uint64_t measures_errors(const struct measures *measures)
{
	return measures->refused + measures->unanswered + measures->reset;
}

uint64_t measures_mean(const struct measures *measures)
{
	return measures->response_count == 0 ? 0
					     : measures->response_sum_ns / measures->response_count;
}
