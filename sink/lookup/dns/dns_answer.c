#include "sink/lookup/dns/dns_answer.h"

#include <stdio.h>
#include <string.h>

#include "common/base/hash.h"
#include "sink/lookup/dns/dns_forward.h"
#include "sink/lookup/dns/dns_holder.h"
#include "sink/lookup/dns/dns_moment.h"
#include "sink/lookup/dns/dns_text.h"
#include "sink/lookup/question.h"

/* One question while it is answered. */
struct asking {
	const struct dns_source *source;
	struct dns_name name;
	uint16_t type;
	struct when now;
	bool may_wait;
	struct lookup_question question; /* its moment; the address follows */
	struct when at;                  /* in the names given out; WHEN_MIN: the present */
	bool after_known;                /* dns_answer.h (4) */
	enum dns_outcome outcome;
	struct dns_answer *answer;
};

void dns_answer_init(struct dns_answer *answer)
{
	text_init(&answer->text, DNS_ANSWER_TEXT_MAX);
}

void dns_answer_clear(struct dns_answer *answer)
{
	text_free(&answer->text);
}

void dns_answer_begin(struct dns_answer *answer, enum dns_code code)
{
	text_clear(&answer->text);
	answer->code = code;
	answer->authoritative = false;
	answer->ttl = DNS_TTL_PRESENT;
	answer->count = 0;
	answer->cut = answer->truncated = false;
	answer->apex = SIZE_MAX;
	answer->own = NULL;
	answer->serial = 0;
	answer->error = DNS_ERROR_NONE;
	answer->error_text[0] = '\0';
}

static uint64_t hash_record(uint64_t hash, const struct dns_record *record)
{
	const uint64_t numbers[] = {record->type, record->at, record->length};

	hash = hash_bytes(hash, numbers, sizeof(numbers));
	return hash_bytes(hash, record->ip.bytes, sizeof(record->ip.bytes));
}

uint64_t dns_answer_content(const struct dns_answer *answer)
{
	/* The serial number is in the SOA alone. */
	bool soa = answer->count == 0 || answer->records[0].type == DNS_TYPE_SOA;
	const uint64_t numbers[] = {answer->code,
				    answer->authoritative,
				    answer->ttl,
				    answer->count,
				    answer->apex,
				    answer->truncated,
				    soa ? answer->serial : 0,
				    (uint64_t)answer->error};
	uint64_t hash = hash_bytes(HASH_START, numbers, sizeof(numbers));

	for (size_t i = 0; i < answer->count; i++)
		hash = hash_record(hash, &answer->records[i]);
	hash = hash_text(hash, answer->error_text);
	return hash_quick(hash, answer->text.data, answer->text.length);
}

/* Adds a record of TYPE if it was asked for and there is room. */
static struct dns_record *add(struct asking *asking, enum dns_type type)
{
	struct dns_answer *answer = asking->answer;

	if (asking->type != type && type != DNS_TYPE_HINFO)
		return NULL;
	if (answer->count == DNS_RECORDS_MAX) {
		answer->cut = true;
		return NULL;
	}
	answer->records[answer->count] = (struct dns_record){.type = type};
	return &answer->records[answer->count++];
}

static void add_ip(struct asking *asking, const struct ip *ip)
{
	struct dns_record *record = add(asking, ip_is_v4(ip) ? DNS_TYPE_A : DNS_TYPE_AAAA);

	if (record != NULL)
		record->ip = *ip;
}

/* Says that there is no answer now, because of ERROR. */
static void fail(struct asking *asking, enum dns_error error, const char *text)
{
	struct dns_answer *answer = asking->answer;

	answer->code = DNS_SERVFAIL;
	answer->authoritative = false;
	answer->apex = SIZE_MAX;
	answer->error = error;
	snprintf(answer->error_text, sizeof(answer->error_text), "%s", text);
	asking->outcome = DNS_ONCE;
}

/* ---- The moment ---- */

/* Sets how long the answer stays true, and whether the present is long ago. */
static void set_age(struct asking *asking, const struct lookup_answer *placed)
{
	struct dns_answer *answer = asking->answer;
	bool present = asking->name.moment == DNS_MOMENT_NOW;
	struct when fresh = present ? when_add(asking->now, -DNS_STALE_NS) : placed->at;
	char text[WHEN_TEXT_SIZE];

	if (placed->final) {
		answer->ttl = DNS_TTL_FINAL;
		asking->outcome = DNS_FINAL;
	} else if (placed->provisional && when_before(placed->known, fresh)) {
		answer->ttl = DNS_TTL_STALE;
		answer->error = DNS_ERROR_STALE_ANSWER;
		if (!when_is_min(placed->known)) {
			when_format(placed->known, text);
			snprintf(answer->error_text, sizeof(answer->error_text), "known to %s",
				 text);
		}
	}
	/* The moment moves, even while nothing else does. */
	if (asking->name.moment == DNS_MOMENT_AGO)
		asking->outcome = DNS_ONCE;
	if (asking->name.moment == DNS_MOMENT_AGO && answer->ttl > DNS_TTL_PRESENT)
		answer->ttl = DNS_TTL_PRESENT;
}

/* Fills the question but for its address. -1 after logging. */
static int place(struct asking *asking)
{
	struct when ago = when_add(asking->now, -asking->name.ago_ns);
	struct lookup_question *question = &asking->question;
	struct lookup_answer placed;

	*question = (struct lookup_question){
		.at = WHEN_MIN, .port = -1, .transport = -1, .basis = LOOKUP_LAST};
	if (asking->name.moment == DNS_MOMENT_AT)
		question->at = asking->name.at;
	else if (asking->name.moment == DNS_MOMENT_AGO)
		question->at = when_whole_second(ago);
	if (asking->name.moment != DNS_MOMENT_NOW)
		question->basis = LOOKUP_FINAL;
	asking->at = question->at;
	if (lookup_place(asking->source->timeline, question, asking->now, &placed) < 0)
		return -1;
	asking->after_known = asking->name.moment != DNS_MOMENT_NOW && placed.provisional &&
			      lookup_is_after_known(&placed);
	set_age(asking, &placed);
	return 0;
}

/* ---- Addresses ---- */

/* Whether nothing in the timeline is about the address. */
static bool is_unseen(const struct timeline_answer *found)
{
	static const char *const reasons[] = {"never_seen", "before_coverage", "unread"};

	if (found->status == TIMELINE_KNOWN)
		return found->holder == NULL;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (found->candidate_count == 0 && strcmp(found->reason, reasons[i]) == 0)
			return true;
	}
	return false;
}

static void add_upstream(struct asking *asking, const struct upstream_answer *named)
{
	struct dns_answer *answer = asking->answer;

	asking->outcome = DNS_ONCE;
	answer->ttl = named->ttl;
	answer->error = DNS_ERROR_NONE;
	answer->error_text[0] = '\0';
	if (asking->type == DNS_TYPE_TXT)
		dns_text_add_upstream(named->names, answer);
	for (size_t at = 0; at < named->names.length;) {
		const char *name = named->names.data + at;
		struct dns_record *record = add(asking, DNS_TYPE_PTR);

		at += strlen(name) + 1;
		if (record == NULL)
			continue;
		record->at = answer->text.length;
		record->length = strlen(name);
		text_add_string(&answer->text, name);
	}
}

/* Asks the other server. Returns whether that settles the answer. */
static bool ask_upstream(struct asking *asking)
{
	struct upstream *upstream = asking->source->upstream;
	enum upstream_status status = UPSTREAM_FAILED;
	struct upstream_answer named;

	if (upstream == NULL || asking->name.moment != DNS_MOMENT_NOW)
		return false;
	if (asking->may_wait)
		status = upstream_find(upstream, &asking->name.ip, asking->now, &named);
	switch (status) {
	case UPSTREAM_NAMED:
		add_upstream(asking, &named);
		return true;
	case UPSTREAM_WAITS:
		asking->outcome = DNS_WAITS;
		return true;
	case UPSTREAM_FAILED:
		fail(asking, DNS_ERROR_NETWORK, "no answer from the upstream server");
		return true;
	case UPSTREAM_UNNAMED:
		asking->outcome = DNS_ONCE;
		break;
	}
	return false;
}

static void add_names(struct asking *asking, const struct timeline_answer *found)
{
	struct text *text = &asking->answer->text;
	struct dns_holder holder;

	if (asking->type != DNS_TYPE_PTR)
		return;
	for (size_t i = 0; dns_holder_of(found, &asking->name.ip, i, &holder); i++) {
		size_t before = text->length;
		struct dns_record *record;

		if (!dns_holder_add_name(&asking->source->zones, &holder, asking->at, text))
			continue;
		record = add(asking, DNS_TYPE_PTR);
		if (record == NULL)
			return;
		record->at = before;
		record->length = text->length - before;
	}
}

static int answer_address(struct asking *asking)
{
	struct lookup_answer found;

	asking->question.ip = asking->name.ip;
	if (lookup_ask(asking->source->timeline, &asking->question, asking->now, &found) < 0)
		return -1;
	if (is_unseen(&found.answer) && ask_upstream(asking))
		return 0;
	if (found.answer.status == TIMELINE_KNOWN && found.answer.holder == NULL &&
	    !asking->after_known)
		asking->answer->code = DNS_NXDOMAIN;
	else if (asking->type == DNS_TYPE_TXT)
		dns_text_add(&found, asking->answer);
	else if (!asking->after_known)
		add_names(asking, &found.answer);
	return 0;
}

/* ---- Names ---- */

static int answer_name(struct asking *asking)
{
	struct dns_addresses found;
	/* Names of pods and nodes may have dots, so there may be longer ones below this. */
	bool below = asking->name.kind == DNS_NAME_POD || asking->name.kind == DNS_NAME_NODE;

	if (asking->after_known)
		return 0;
	if (dns_forward_find(asking->source->timeline, &asking->name, &asking->question,
			     asking->now, &found) < 0)
		return -1;
	if (found.unasked) {
		fail(asking, DNS_ERROR_OTHER, "too many addresses had this name");
		return 0;
	}
	if (found.count == 0 && !found.doubtful && !below)
		asking->answer->code = DNS_NXDOMAIN;
	/* A later record may show an address that had the name. */
	if (found.count == 0 && asking->outcome == DNS_FINAL) {
		asking->outcome = DNS_ANSWERED;
		asking->answer->ttl = DNS_TTL_PRESENT;
	}
	for (size_t i = 0; i < found.count; i++)
		add_ip(asking, &found.list[i]);
	asking->answer->cut |= found.cut;
	return 0;
}

static int answer_held(struct asking *asking)
{
	if (timeline_position_last(asking->source->timeline).offset < 0) {
		fail(asking, DNS_ERROR_NOT_READY, "");
		return 0;
	}
	if (place(asking) < 0)
		return -1;
	return asking->name.kind == DNS_NAME_ADDRESS ? answer_address(asking) : answer_name(asking);
}

static int answer_in_zone(struct asking *asking)
{
	switch (asking->name.kind) {
	case DNS_NAME_FOREIGN:
	case DNS_NAME_EMPTY:
		return 0;
	case DNS_NAME_NO_MOMENT:
		asking->answer->error = DNS_ERROR_OTHER;
		snprintf(asking->answer->error_text, sizeof(asking->answer->error_text),
			 "not " DNS_MOMENT_FORMS);
		asking->answer->code = DNS_NXDOMAIN;
		return 0;
	case DNS_NAME_ABSENT:
		asking->answer->code = DNS_NXDOMAIN;
		return 0;
	case DNS_NAME_APEX:
		add(asking, DNS_TYPE_SOA);
		add(asking, DNS_TYPE_NS);
		return 0;
	case DNS_NAME_SERVER:
		for (size_t i = 0; i < asking->source->ip_count; i++)
			add_ip(asking, &asking->source->ips[i]);
		return 0;
	default:
		return answer_held(asking);
	}
}

static bool is_refused(const struct dns_query *query)
{
	return query->class != DNS_CLASS_IN ||
	       (query->type >= DNS_TYPE_TKEY && query->type <= DNS_TYPE_MAILA);
}

/* Why QUERY is not answered from a zone; NOERROR if it is. */
static enum dns_code fault_of(const struct dns_source *source, const struct dns_query *query,
			      struct dns_name *name)
{
	if (query->fault != DNS_NOERROR)
		return query->fault;
	if (is_refused(query))
		return DNS_REFUSED;
	if (dns_name_read(&source->zones, query->name, query->name_length, name) < 0)
		return DNS_FORMERR;
	return name->kind == DNS_NAME_FOREIGN ? DNS_REFUSED : DNS_NOERROR;
}

enum dns_outcome dns_answer_find(const struct dns_source *source, const struct dns_query *query,
				 struct when now, bool may_wait, struct dns_answer *answer)
{
	struct asking asking = {.source = source,
				.type = query->type,
				.now = now,
				.may_wait = may_wait,
				.outcome = DNS_ANSWERED,
				.answer = answer};

	dns_answer_begin(answer, fault_of(source, query, &asking.name));
	if (answer->code != DNS_NOERROR) {
		if (answer->code == DNS_REFUSED && !is_refused(query))
			answer->error = DNS_ERROR_NOT_AUTHORITATIVE;
		return DNS_ONCE;
	}
	answer->authoritative = true;
	answer->apex = asking.name.apex;
	answer->own = source->zones.own;
	answer->serial = (uint32_t)(timeline_position_last(source->timeline).offset + 1);
	if (answer_in_zone(&asking) < 0) {
		dns_answer_begin(answer, DNS_SERVFAIL);
		return DNS_BROKEN;
	}
	/* The upstream server may have the name. */
	if (source->upstream != NULL && asking.name.zone == DNS_ZONE_DOMAIN &&
	    answer->code == DNS_NXDOMAIN)
		answer->code = DNS_NOERROR;
	if (asking.outcome != DNS_WAITS && query->type == DNS_TYPE_ANY &&
	    answer->code == DNS_NOERROR)
		add(&asking, DNS_TYPE_HINFO);
	return asking.outcome;
}
