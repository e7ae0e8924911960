#include "sink/graph/measures.h"

static void add_to(uint64_t *sum, uint64_t more)
{
	if (__builtin_add_overflow(*sum, more, sum))
		*sum = UINT64_MAX;
}

/* Widens MIN to MAX, of COUNT durations, by another such range that is not empty. */
static void widen(uint64_t count, uint64_t *min, uint64_t *max, uint64_t more_min,
		  uint64_t more_max)
{
	if (count == 0 || more_min < *min)
		*min = more_min;
	if (count == 0 || more_max > *max)
		*max = more_max;
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
	add_to(&sum->retransmissions_sent, more->retransmissions_sent);
	add_to(&sum->retransmissions_received, more->retransmissions_received);
	add_to(&sum->requests, more->requests);
	if (more->response_count > 0)
		widen(sum->response_count, &sum->response_min_ns, &sum->response_max_ns,
		      more->response_min_ns, more->response_max_ns);
	add_to(&sum->response_count, more->response_count);
	add_to(&sum->response_sum_ns, more->response_sum_ns);
	if (more->handshake_count > 0)
		widen(sum->handshake_count, &sum->handshake_min_ns, &sum->handshake_max_ns,
		      more->handshake_min_ns, more->handshake_max_ns);
	add_to(&sum->handshake_count, more->handshake_count);
	add_to(&sum->handshake_sum_ns, more->handshake_sum_ns);
}

static void exchange(uint64_t *a, uint64_t *b)
{
	uint64_t kept = *a;

	*a = *b;
	*b = kept;
}

void measures_turn(struct measures *measures)
{
	exchange(&measures->source_bytes, &measures->destination_bytes);
	exchange(&measures->source_packets, &measures->destination_packets);
	exchange(&measures->retransmissions_sent, &measures->retransmissions_received);
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
