/* messages.h - requests and responses that the meter read, summed by protocol and by who asks. Pure.
 *
 * This is one of two families of requests. The other are turns (measures.h): the client's data, then the
 * server's, whatever they say. The slice of a flow is in one family, never in both: where its messages
 * are counted its turns are only noted here, as TURNS. So no request is in both, and no number has both.
 * Messages are counted where they were read; but not where they are incomplete and less than the turns: those of
 * a capture that kept only the start of each frame, or of a protocol that changed on the way.
 *
 * (1) A protocol is a name; no list of them is needed.
 * (2) At most MESSAGES_KINDS_MAX kinds are kept apart. Further ones are summed as MESSAGES_FURTHER.
 * (3) Kinds are in the order of their names, those from the client first. Sums saturate.
 */
#ifndef TENURE_GRAPH_MESSAGES_H
#define TENURE_GRAPH_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/record/tagged_flow.h"
#include "sink/graph/durations.h"

#define MESSAGES_KINDS_MAX 16
#define MESSAGES_FURTHER "(further)"

/* Nothing but counts, which may be taken as an array. */
struct messages_counts {
	uint64_t records;    /* slices of flows that were read */
	uint64_t incomplete; /* of them: the counts may be wrong */
	uint64_t requests, responses;
	uint64_t retries;               /* not in REQUESTS */
	uint64_t unanswered;            /* requests, when their flow ended */
	uint64_t errors, client_errors; /* of the responses (common/record/message_status.h) */
	uint64_t turns;                 /* of these slices; not in measures.requests */
};

/* One protocol, asked from one side. */
struct messages_kind {
	char protocol[TAGGED_FLOW_PROTOCOL_SIZE];
	bool from_server; /* the edge's server, or its second end, sends the requests */
	struct messages_counts counts;
	struct durations first_byte, last_byte;     /* from a request's last byte on */
	struct histogram *first_bytes, *last_bytes; /* of these; NULL if there is none */
};

/* One allocation. Of the kinds from COUNT on only the histograms' memory is kept. */
struct messages {
	size_t count, capacity;
	struct messages_kind kinds[];
};

/* The kind like PROTOCOL and FROM_SERVER in *SUM, which is made if it is NULL, and may move; added if it
 * is new (2). NULL if out of memory. */
struct messages_kind *messages_like(struct messages **sum, const char *protocol, bool from_server);
/* The kind of MESSAGES, which may be NULL, that is like LIKE; NULL if there is none. */
const struct messages_kind *messages_find(const struct messages *messages,
					  const struct messages_kind *like);
void messages_counts_add(struct messages_counts *sum, const struct messages_counts *more);
/* Adds MORE, of any kind, to SUM. -1 if out of memory. */
int messages_kind_add(struct messages_kind *sum, const struct messages_kind *more);
/* Adds MORE, which may be NULL; TURNED, with the two ends exchanged. -1 if out of memory. */
int messages_add(struct messages **sum, const struct messages *more, bool turned);
/* All kinds of MESSAGES, which may be NULL, as one; its histograms are the caller's
 * (messages_kind_clear()). -1 if out of memory. */
int messages_sum(const struct messages *messages, struct messages_kind *sum);
void messages_kind_clear(struct messages_kind *kind);
/* The same without times. */
struct messages_counts messages_counts(const struct messages *messages);
/* Of all kinds, requests that failed: answered with an error, or not at all. */
uint64_t messages_failed(const struct messages *messages);
/* Exchanges the two ends. MESSAGES may be NULL here and below. */
void messages_turn(struct messages *messages);
/* Forgets what was counted and keeps the memory. */
void messages_reset(struct messages *messages);
void messages_free(struct messages *messages);

/* For people: "http", "dns, http", "http from server", "http, incomplete". Other bytes than letters, digits
 * and ._-/() of a name are shown as '?'. */
void messages_describe(const struct messages *messages, struct text *out);

#endif
