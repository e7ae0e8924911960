/* dns_holder.h - the names that the holder of an address has in the DNS. Pure.
 *
 * A service address has the service's name, a node's the node's. A pod has a name in each of its
 * services, as CoreDNS gives it, and only without any a name of its own.
 */
#ifndef TENURE_DNS_HOLDER_H
#define TENURE_DNS_HOLDER_H

#include "common/base/text.h"
#include "common/timeline/timeline.h"
#include "sink/lookup/dns/dns_name.h"

/* A holder as a name shows it. */
struct dns_holder {
	enum dns_name_kind kind; /* DNS_NAME_SERVICE, _ENDPOINT, _POD or _NODE */
	struct span holder;      /* as in struct dns_name */
	struct span hostname;    /* of an endpoint; empty: its address IP, as CoreDNS writes it */
	struct ip ip;
};

/* Adds the name of HOLDER, without the last dot, at the moment AT (whole seconds; WHEN_MIN for the
 * present). Returns false, and adds nothing, if the DNS has no such name: a label of more than 63
 * bytes, say. */
bool dns_holder_add_name(const struct dns_zones *zones, const struct dns_holder *holder,
			 struct when at, struct text *out);
/* The label of an endpoint at IP without a hostname. */
size_t dns_holder_label(const struct ip *ip, char text[static IP_TEXT_SIZE + 1]);

/* Sets *HOLDER to name NUMBER of the holder of IP, in bytewise order of the services. Returns false
 * if there are not so many. */
bool dns_holder_of(const struct timeline_answer *answer, const struct ip *ip, size_t number,
		   struct dns_holder *holder);

/* Whether the name that was ASKED about is one of those. A pod always has its own name. Of a service
 * *OWN says whether IP is the service's own address, and not one of an endpoint. */
bool dns_holder_has(const struct timeline_answer *answer, const struct ip *ip,
		    const struct dns_name *asked, bool *own);

#endif
