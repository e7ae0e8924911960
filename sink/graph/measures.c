#include "sink/graph/measures.h"

void measures_add(struct measures *sum, const struct measures *more)
{
	measures_add_count(&sum->flows, more->flows);
	measures_add_count(&sum->provisional, more->provisional);
	measures_add_count(&sum->refused, more->refused);
	measures_add_count(&sum->unanswered, more->unanswered);
	measures_add_count(&sum->reset, more->reset);
	measures_add_count(&sum->source_bytes, more->source_bytes);
	measures_add_count(&sum->destination_bytes, more->destination_bytes);
	measures_add_count(&sum->source_packets, more->source_packets);
	measures_add_count(&sum->destination_packets, more->destination_packets);
	measures_add_count(&sum->retransmissions_sent, more->retransmissions_sent);
	measures_add_count(&sum->retransmissions_received, more->retransmissions_received);
	measures_add_count(&sum->requests, more->requests);
	if (more->response_count > 0)
		measures_widen(sum->response_count, &sum->response_min_ns, &sum->response_max_ns,
			       more->response_min_ns, more->response_max_ns);
	measures_add_count(&sum->response_count, more->response_count);
	measures_add_count(&sum->response_sum_ns, more->response_sum_ns);
	if (more->handshake_count > 0)
		measures_widen(sum->handshake_count, &sum->handshake_min_ns, &sum->handshake_max_ns,
			       more->handshake_min_ns, more->handshake_max_ns);
	measures_add_count(&sum->handshake_count, more->handshake_count);
	measures_add_count(&sum->handshake_sum_ns, more->handshake_sum_ns);
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
