#include "sink/observe/outcome.h"

#include <string.h>

#include "common/base/transport.h"

/* The same order as tenure-graph's ERRORS. */
enum outcome outcome_of(const struct tagged_flow *flow)
{
	const struct tagged_flow_end *source = &flow->source, *destination = &flow->destination;
	bool counted = source->has_packets && destination->has_packets &&
		       source->packets + destination->packets > 0;
	bool silent = counted && destination->packets == 0;
	bool icmp =
		strcmp(flow->transport, "icmp") == 0 || strcmp(flow->transport, "ipv6-icmp") == 0;

	if (silent && flow->directed && !icmp && flow->slice == 0)
		return OUTCOME_UNANSWERED;
	if (strcmp(flow->transport, "tcp") == 0 &&
	    ((source->tcp_flags | destination->tcp_flags) & TCP_RST))
		return (source->tcp_flags & TCP_SYN) && (destination->tcp_flags & TCP_RST) &&
				       !(destination->tcp_flags & TCP_SYN)
			       ? OUTCOME_REFUSED
			       : OUTCOME_RESET;
	if (silent)
		return OUTCOME_ONE_WAY;
	if (!counted)
		return OUTCOME_NOT_SAID;
	return flow->directed ? OUTCOME_ANSWERED : OUTCOME_BOTH_WAYS;
}

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_NOT_SAID] = "-",
		[OUTCOME_ANSWERED] = "answered",
		[OUTCOME_BOTH_WAYS] = "both ways",
		[OUTCOME_ONE_WAY] = "one way",
		[OUTCOME_UNANSWERED] = "unanswered",
		[OUTCOME_REFUSED] = "refused",
		[OUTCOME_RESET] = "reset",
	};

	return names[outcome];
}
