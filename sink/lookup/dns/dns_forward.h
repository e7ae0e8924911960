/* dns_forward.h - the addresses that have a name. */
#ifndef TENURE_DNS_FORWARD_H
#define TENURE_DNS_FORWARD_H

#include "sink/lookup/dns/dns_message.h"
#include "sink/lookup/dns/dns_name.h"
#include "sink/lookup/question.h"

/* Of a name that more addresses have, the first of them are asked about: of an endpoint or of a service
 * with endpoints, those that its slices list at that moment; of a node, a pod or a service with its own
 * addresses, those that it ever had. */
#define DNS_FORWARD_ASKED_MAX 8192

struct dns_addresses {
	struct ip list[DNS_RECORDS_MAX];
	size_t count;
	bool cut;      /* there are more */
	bool unasked;  /* an address that may have the name was not asked about */
	bool doubtful; /* there may be more, or others: not everything is known */
};

/* Finds the addresses that have NAME, a service, endpoint, pod or node, at the moment of QUESTION.
 * A service's own addresses go before those of its endpoints, as in Kubernetes; if it may have one, but
 * that is not known, nothing is found. -1 after logging. */
int dns_forward_find(struct timeline *timeline, const struct dns_name *name,
		     const struct lookup_question *question, struct when now,
		     struct dns_addresses *addresses);

#endif
