#include "sink/graph/measures.h"

void measures_add(struct measures *sum, const struct measures *more)
{
	measures_add_count(&sum->flows, more->flows);
	measures_add_count(&sum->provisional, more->provisional);
	measures_add_count(&sum->refused, more->refused);
	measures_add_count(&sum->unanswered, more->unanswered);
	measures_add_count(&sum->reset, more->reset);
	measures_add_count(&sum->failed_read, more->failed_read);
	measures_add_count(&sum->source_bytes, more->source_bytes);
	measures_add_count(&sum->destination_bytes, more->destination_bytes);
	measures_add_count(&sum->source_packets, more->source_packets);
	measures_add_count(&sum->destination_packets, more->destination_packets);
	measures_add_count(&sum->retransmissions_sent, more->retransmissions_sent);
	measures_add_count(&sum->retransmissions_received, more->retransmissions_received);
	measures_add_count(&sum->requests, more->requests);
	measures_add_count(&sum->set_aside, more->set_aside);
	durations_add(&sum->response, &more->response);
	durations_add(&sum->handshake, &more->handshake);
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
	return durations_mean(&measures->response);
}
