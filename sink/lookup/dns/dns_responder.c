#include "sink/lookup/dns/dns_responder.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/program/log.h"
#include "sink/lookup/dns/dns_cache.h"
#include "sink/lookup/dns/dns_packet.h"

#define CACHED_NS NS_PER_SECOND /* of an answer that is not final */
#define ID_SIZE 2

const char *const dns_type_names[DNS_COUNTED_TYPES] = {
	[DNS_COUNTED_A] = "A",     [DNS_COUNTED_AAAA] = "AAAA", [DNS_COUNTED_PTR] = "PTR",
	[DNS_COUNTED_TXT] = "TXT", [DNS_COUNTED_ANY] = "ANY",   [DNS_COUNTED_OTHER] = "other",
};

const char *const dns_code_names[DNS_COUNTED_CODES] = {
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "BADVERS",
};

struct dns_responder {
	struct dns_source source;
	struct dns_cache *cache;
	struct dns_query query;
	struct dns_answer answer;
	/* The question with its name in lower case, under which the cache has its answer; empty if it is
	 * too long for that. */
	uint8_t key[DNS_CACHE_BYTES];
	size_t key_length;
	uint8_t *built;                  /* the last answer that was built */
	uint8_t copied[DNS_CACHE_BYTES]; /* the last one that was given again */
	/* What the answers in the cache were made from. */
	int64_t position;
	uint64_t resets;
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

/* The type in the question in BYTES, as it is counted. */
static unsigned counted_type(const uint8_t *bytes, size_t length)
{
	size_t end = dns_packet_name_end(bytes, length);

	if (end + 2 >= length)
		return DNS_COUNTED_OTHER;
	switch (bytes[end + 1] << 8 | bytes[end + 2]) {
	case DNS_TYPE_A:
		return DNS_COUNTED_A;
	case DNS_TYPE_AAAA:
		return DNS_COUNTED_AAAA;
	case DNS_TYPE_PTR:
		return DNS_COUNTED_PTR;
	case DNS_TYPE_TXT:
		return DNS_COUNTED_TXT;
	case DNS_TYPE_ANY:
		return DNS_COUNTED_ANY;
	default:
		return DNS_COUNTED_OTHER;
	}
}

static void count_answer(struct dns_responder *responder, const uint8_t *bytes, size_t length,
			 unsigned code)
{
	if (code == DNS_BADVERS)
		code = DNS_COUNTED_CODES - 1;
	if (code < DNS_COUNTED_CODES)
		responder->stats.answers[counted_type(bytes, length)][code]++;
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

static void set_key(struct dns_responder *responder, const uint8_t *bytes, size_t length)
{
	uint8_t *key = responder->key;
	size_t end = dns_packet_name_end(bytes, length);

	responder->key_length = length <= sizeof(responder->key) ? length : 0;
	if (responder->key_length == 0)
		return;
	memcpy(key, bytes, length);
	/* The length of a label is not a letter. */
	for (size_t i = DNS_HEADER_SIZE; i < end; i++)
		key[i] = (uint8_t)tolower(key[i]);
}

/* The answer that is kept, with the id and the name of the question in BYTES. */
static struct dns_reply give_again(struct dns_responder *responder, const uint8_t *bytes,
				   size_t length, const struct dns_cached *cached)
{
	memcpy(responder->copied, cached->bytes, cached->length);
	memcpy(responder->copied, bytes, ID_SIZE);
	/* An answer without the question is only a header. */
	if (cached->length > DNS_HEADER_SIZE)
		memcpy(responder->copied + DNS_HEADER_SIZE, bytes + DNS_HEADER_SIZE,
		       dns_packet_name_end(bytes, length) - DNS_HEADER_SIZE);
	responder->stats.cached++;
	return (struct dns_reply){DNS_REPLY_READY, responder->copied, cached->length};
}

/* Says what was found by UDP: with the bytes of CACHED if its content is that, else with new ones, which
 * are kept. */
static struct dns_reply say(struct dns_responder *responder, const uint8_t *bytes, size_t length,
			    enum dns_outcome outcome, struct when now,
			    const struct dns_cached *cached)
{
	bool final = outcome == DNS_FINAL;
	struct dns_cache_entry entry = {
		.content = dns_answer_content(&responder->answer),
		.position = final ? -1 : responder->position,
		.until = when_add(now, final ? DNS_TTL_FINAL * NS_PER_SECOND : CACHED_NS),
	};
	struct dns_reply reply;

	if (outcome == DNS_ONCE)
		entry.until = now;
	if (cached != NULL && cached->content == entry.content) {
		dns_cache_refresh(responder->cache, responder->key, responder->key_length,
				  entry.position, entry.until);
		return give_again(responder, bytes, length, cached);
	}
	reply = build(responder, dns_packet_udp_limit(&responder->query, length));
	entry.bytes = reply.bytes;
	entry.length = reply.length;
	if (reply.status == DNS_REPLY_READY)
		dns_cache_put(responder->cache, responder->key, responder->key_length, &entry);
	return reply;
}

/* CACHED is an answer that may no longer hold, or NULL. */
static struct dns_reply answer(struct dns_responder *responder, const uint8_t *bytes, size_t length,
			       enum dns_transport transport, bool may_wait, struct when now,
			       const struct dns_cached *cached)
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
	if (transport == DNS_TCP)
		return build(responder, DNS_TCP_MAX);
	return say(responder, bytes, length, outcome, now, cached);
}

/* Notes the position. After the store was emptied, nothing that was said before holds. */
static void note_position(struct dns_responder *responder)
{
	uint64_t resets = timeline_stats(responder->source.timeline).resets;

	if (resets != responder->resets)
		dns_cache_clear(responder->cache);
	responder->position = timeline_next_offset(responder->source.timeline);
	responder->resets = resets;
}

struct dns_reply dns_responder_reply(struct dns_responder *responder, const uint8_t *bytes,
				     size_t length, enum dns_transport transport, bool may_wait,
				     struct when now)
{
	struct dns_reply reply;
	struct dns_cached cached;
	bool found;

	responder->stats.questions++;
	note_position(responder);
	set_key(responder, bytes, length);
	found = transport == DNS_UDP &&
		dns_cache_find(responder->cache, responder->key, responder->key_length,
			       responder->position, now, &cached);
	if (found && cached.fresh) {
		count_answer(responder, bytes, length, cached.bytes[3] & 15); /* of its header */
		return give_again(responder, bytes, length, &cached);
	}
	reply = answer(responder, bytes, length, transport, may_wait, now, found ? &cached : NULL);
	if (reply.status == DNS_REPLY_READY)
		count_answer(responder, bytes, length, responder->answer.code);
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
	struct dns_responder_stats stats = responder->stats;

	stats.kept = dns_cache_count(responder->cache);
	return stats;
}
