#include "sink/lookup/dns_responder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/program/log.h"
#include "sink/lookup/dns_cache.h"
#include "sink/lookup/dns_packet.h"

#define CACHED_NS NS_PER_SECOND /* of an answer that is not final */
#define ID_SIZE 2

struct dns_responder {
	struct dns_source source;
	struct dns_cache *cache;
	struct dns_query query;
	struct dns_answer answer;
	uint8_t *built;                  /* the last answer that was built */
	uint8_t copied[DNS_CACHE_BYTES]; /* the last one that was given again */
	/* What the answers in the cache were made from. */
	int64_t position;
	uint64_t first_hash;
	struct dns_responder_stats stats;
};

struct dns_responder *dns_responder_open(const struct dns_source *source)
{
	struct dns_responder *responder = calloc(1, sizeof(*responder));
	uint64_t seed;

	if (responder == NULL || getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		goto out;
	responder->source = *source;
	dns_answer_init(&responder->answer);
	responder->cache = dns_cache_new(seed);
	if (responder->cache != NULL)
		return responder;
out:
	log_error("DNS: out of memory or no random numbers");
	dns_responder_close(responder);
	return NULL;
}

void dns_responder_close(struct dns_responder *responder)
{
	if (responder == NULL)
		return;
	dns_cache_free(responder->cache);
	dns_answer_clear(&responder->answer);
	free(responder->built);
	free(responder);
}

static void count(struct dns_responder *responder)
{
	struct dns_responder_stats *stats = &responder->stats;

	switch (responder->answer.code) {
	case DNS_FORMERR:
	case DNS_NOTIMP:
	case DNS_BADVERS:
		stats->faulty++;
		break;
	case DNS_REFUSED:
		stats->refused++;
		break;
	case DNS_SERVFAIL:
		stats->failed++;
		break;
	case DNS_NOERROR:
	case DNS_NXDOMAIN:
		break;
	}
	stats->cut += responder->answer.cut;
}

/* Builds the answer that was found. */
static struct dns_reply build(struct dns_responder *responder, size_t limit)
{
	struct dns_reply reply = {.status = DNS_REPLY_NONE};

	free(responder->built);
	responder->built = NULL;
	if (dns_packet_write(&responder->query, &responder->answer, limit, &responder->built,
			     &reply.length) < 0)
		return reply;
	reply.status = DNS_REPLY_READY;
	reply.bytes = responder->built;
	return reply;
}

static struct dns_reply answer(struct dns_responder *responder, const uint8_t *bytes, size_t length,
			       enum dns_transport transport, bool may_wait, struct when now)
{
	struct dns_reply reply = {.status = DNS_REPLY_NONE};
	enum dns_outcome outcome;

	if (dns_packet_read(bytes, length, &responder->query) < 0) {
		responder->stats.faulty++;
		return reply;
	}
	outcome = dns_answer_find(&responder->source, &responder->query, now, may_wait,
				  &responder->answer);
	if (outcome == DNS_WAITS) {
		reply.status = DNS_REPLY_WAITS;
		return reply;
	}
	count(responder);
	reply = build(responder, transport == DNS_UDP
					 ? dns_packet_udp_limit(&responder->query, length)
					 : DNS_TCP_MAX);
	if (transport != DNS_UDP || reply.status != DNS_REPLY_READY)
		return reply;
	if (outcome == DNS_FINAL)
		dns_cache_put(responder->cache, bytes, length, reply.bytes, reply.length, -1,
			      when_add(now, DNS_TTL_FINAL * NS_PER_SECOND));
	else if (outcome == DNS_ANSWERED)
		dns_cache_put(responder->cache, bytes, length, reply.bytes, reply.length,
			      responder->position, when_add(now, CACHED_NS));
	return reply;
}

/* Notes the position. After the store was emptied, nothing that was said before holds. */
static void note_position(struct dns_responder *responder)
{
	int64_t position = timeline_next_offset(responder->source.timeline);
	uint64_t first = timeline_first_hash(responder->source.timeline);

	if (position < responder->position ||
	    (first != responder->first_hash && responder->position > 0))
		dns_cache_clear(responder->cache);
	responder->position = position;
	responder->first_hash = first;
}

struct dns_reply dns_responder_reply(struct dns_responder *responder, const uint8_t *bytes,
				     size_t length, enum dns_transport transport, bool may_wait,
				     struct when now)
{
	struct dns_reply reply = {.status = DNS_REPLY_READY, .bytes = responder->copied};
	const uint8_t *found;

	responder->stats.questions++;
	note_position(responder);
	if (transport == DNS_UDP)
		reply.length = dns_cache_find(responder->cache, bytes, length, responder->position,
					      now, &found);
	if (reply.length == 0)
		return answer(responder, bytes, length, transport, may_wait, now);
	memcpy(responder->copied, bytes, ID_SIZE);
	memcpy(responder->copied + ID_SIZE, found + ID_SIZE, reply.length - ID_SIZE);
	responder->stats.cached++;
	return reply;
}

struct dns_reply dns_responder_truncate(struct dns_responder *responder, const uint8_t *bytes,
					size_t length)
{
	struct dns_reply reply = {.status = DNS_REPLY_NONE};

	if (dns_packet_read(bytes, length, &responder->query) < 0)
		return reply;
	dns_answer_begin(&responder->answer, responder->query.fault);
	responder->answer.truncated = true;
	return build(responder, DNS_UDP_MAX);
}

struct dns_responder_stats dns_responder_stats(const struct dns_responder *responder)
{
	return responder->stats;
}
