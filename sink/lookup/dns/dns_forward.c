#include "sink/lookup/dns/dns_forward.h"

#include <string.h>

#include "sink/lookup/dns/dns_holder.h"

/* The search for one name. */
struct search {
	struct timeline *timeline;
	const struct dns_name *name;
	struct lookup_question question;
	struct when now;
	bool own; /* only the service's own addresses are found, else only others */
	struct dns_addresses *found;
};

static void keep(struct dns_addresses *found, const struct ip *ip)
{
	if (found->count < DNS_RECORDS_MAX)
		found->list[found->count++] = *ip;
	else
		found->cut = true;
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

static enum timeline_name_kind kind_of(const struct dns_name *name)
{
	if (name->kind == DNS_NAME_POD)
		return TIMELINE_POD;
	return name->kind == DNS_NAME_NODE ? TIMELINE_NODE : TIMELINE_SERVICE;
}

/* Asks about the addresses that ever had the name. */
static int ask_all(struct search *search, enum timeline_name_kind kind)
{
	struct timeline_addresses had;
	int rc = 0;

	if (timeline_addresses_of(search->timeline, kind, span_of(search->name->holder), &had) < 0)
		return -1;
	for (size_t i = 0; i < had.count && i < DNS_FORWARD_ASKED_MAX && rc == 0; i++)
		rc = ask(search, &had.list[i]);
	search->found->unasked |= had.count > DNS_FORWARD_ASKED_MAX;
	timeline_addresses_clear(&had);
	return rc;
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
	if (name->kind == DNS_NAME_SERVICE) {
		search.own = true;
		if (ask_all(&search, TIMELINE_SERVICE_OWN) < 0)
			return -1;
		if (addresses->count > 0)
			return 0;
		search.own = false;
	}
	return ask_all(&search, kind_of(name));
}
