#include "sink/lookup/dns/dns_forward.h"

#include <string.h>

#include "sink/lookup/dns/dns_holder.h"

/* The search for one name. */
struct search {
	struct timeline *timeline;
	const struct dns_name *name;
	struct lookup_question question;
	struct when now;
	bool own;        /* only the service's own addresses are found, else only others */
	bool may_be_own; /* one may be, but that is not known */
	struct dns_addresses *found;
};

static void keep(struct dns_addresses *found, const struct ip *ip)
{
	if (found->count < DNS_RECORDS_MAX)
		found->list[found->count++] = *ip;
	else
		found->cut = true;
}

/* Whether the service that was asked about may be the holder that is not known. */
static bool may_hold(const struct search *search, const struct timeline_answer *answer)
{
	for (size_t c = 0; c < answer->candidate_count; c++) {
		const struct named_holder *holder = answer->candidates[c].holder;

		if (holder != NULL && holder->kind == HOLDER_SERVICE &&
		    span_equal(holder->full_name, span_of(search->name->holder)))
			return true;
	}
	return answer->candidate_count == TIMELINE_CANDIDATES_MAX;
}

static int ask(struct search *search, const struct ip *ip)
{
	struct lookup_answer answer;
	bool own;

	search->question.ip = *ip;
	if (lookup_ask(search->timeline, &search->question, search->now, &answer) < 0)
		return -1;
	if (dns_holder_has(&answer.answer, ip, search->name, &own) && own == search->own)
		keep(search->found, ip);
	search->found->doubtful |= answer.answer.status != TIMELINE_KNOWN;
	search->may_be_own |= search->own && may_hold(search, &answer.answer);
	return 0;
}

/* Reads the address that a hostname such as 10-244-1-17 is made of. */
static bool read_hostname(const char *hostname, struct ip *ip)
{
	char text[DNS_LABEL_MAX + 1], again[IP_TEXT_SIZE + 1];
	size_t length = strlen(hostname);

	for (int family = 0; family < 2; family++) {
		for (size_t i = 0; i < length; i++)
			text[i] = hostname[i] == '-' ? ".:"[family] : hostname[i];
		if (ip_parse(text, length, ip) < 0)
			continue;
		dns_holder_label(ip, again);
		return strcmp(again, hostname) == 0;
	}
	return false;
}

/* Asks about ADDRESSES, and clears them. */
static int ask_all(struct search *search, struct timeline_addresses *addresses)
{
	int rc = 0;

	for (size_t i = 0; i < addresses->count && i < DNS_FORWARD_ASKED_MAX && rc == 0; i++)
		rc = ask(search, &addresses->list[i]);
	search->found->unasked |= addresses->count > DNS_FORWARD_ASKED_MAX;
	timeline_addresses_clear(addresses);
	return rc;
}

/* Asks about the addresses that a holder of the name ever had. */
static int ask_holder(struct search *search, enum timeline_name_kind kind)
{
	struct timeline_addresses had;

	if (timeline_addresses_of(search->timeline, kind, span_of(search->name->holder), &had) < 0)
		return -1;
	return ask_all(search, &had);
}

/* Asks about the endpoints of a service that has no address of its own, or about one of any service. */
static int ask_endpoints(struct search *search)
{
	struct timeline *timeline = search->timeline;
	struct timeline_addresses listed;
	struct timeline_question asked;
	struct lookup_answer placed;

	if (lookup_place(timeline, &search->question, search->now, &placed) < 0)
		return -1;
	asked = lookup_timeline_question(&search->question, &placed);
	search->found->doubtful |= !timeline_is_covered(timeline, KUBE_ENDPOINTSLICES, &asked);
	if (search->name->kind == DNS_NAME_SERVICE &&
	    !timeline_is_covered(timeline, KUBE_SERVICES, &asked)) {
		search->found->doubtful = true;
		return 0;
	}
	if (timeline_endpoints_at(timeline, span_of(search->name->holder), &asked, &listed) < 0)
		return -1;
	return ask_all(search, &listed);
}

int dns_forward_find(struct timeline *timeline, const struct dns_name *name,
		     const struct lookup_question *question, struct when now,
		     struct dns_addresses *addresses)
{
	struct search search = {.timeline = timeline,
				.name = name,
				.question = *question,
				.now = now,
				.found = addresses};
	struct ip ip;

	addresses->count = 0;
	addresses->cut = addresses->doubtful = addresses->unasked = false;
	/* The label of an endpoint without a hostname says which address it is. */
	if (name->kind == DNS_NAME_ENDPOINT && read_hostname(name->hostname, &ip)) {
		if (ask(&search, &ip) < 0)
			return -1;
		if (addresses->count > 0)
			return 0;
	}
	if (name->kind == DNS_NAME_POD || name->kind == DNS_NAME_NODE)
		return ask_holder(&search,
				  name->kind == DNS_NAME_POD ? TIMELINE_POD : TIMELINE_NODE);
	if (name->kind == DNS_NAME_SERVICE) {
		search.own = true;
		if (ask_holder(&search, TIMELINE_SERVICE_OWN) < 0)
			return -1;
		if (addresses->count > 0 || search.may_be_own)
			return 0;
		search.own = false;
	}
	return ask_endpoints(&search);
}
