/* dns_name.h - what a name of the DNS asks about. Pure.
 *
 * Names below the cluster domain are those of the Kubernetes DNS specification:
 * SERVICE.NAMESPACE.svc.DOMAIN and HOSTNAME.SERVICE.NAMESPACE.svc.DOMAIN. Ours are
 * NAME.NAMESPACE.pod.ZONE and NAME.node.ZONE. Any of these and any name of an address in
 * in-addr.arpa or ip6.arpa may be followed by a moment and ZONE: at-20261123T080000Z.ZONE or
 * ago-5m.ZONE (dns_moment.h).
 *
 * (1) Every name above an address is the apex of a zone of its own, so that a resolver may send the
 *     questions for any part of in-addr.arpa or ip6.arpa to us.
 * (2) A name that can be below another one is never absent while that one exists (RFC 8020).
 * (3) dns_name_read() reads what dns_holder_add_name() wrote as the same holder and moment.
 */
#ifndef TENURE_DNS_NAME_H
#define TENURE_DNS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/base/when.h"

#define DNS_NAME_WIRE_MAX 255 /* RFC 1035 section 2.3.4 */
#define DNS_NAME_TEXT_MAX 253 /* without the last dot */
#define DNS_LABEL_MAX 63
#define DNS_SERVER_LABEL "ns" /* DNS_NAME_SERVER is this in our own zone */

/* Lower-case texts without a dot at either end. */
struct dns_zones {
	const char *domain; /* of Kubernetes: "cluster.local" */
	const char *own;    /* "tenure.internal" */
};

/* The trees that we answer for. */
enum dns_zone { DNS_ZONE_NONE, DNS_ZONE_IN_ADDR, DNS_ZONE_IP6, DNS_ZONE_DOMAIN, DNS_ZONE_OWN };

enum dns_name_kind {
	DNS_NAME_FOREIGN, /* in no zone of ours */
	DNS_NAME_ABSENT,  /* in a zone of ours, where no name has this form */
	DNS_NAME_NO_MOMENT, /* likewise: it ends with at- or ago-, but with no moment, and our own zone */
	DNS_NAME_EMPTY, /* there are only names below it */
	DNS_NAME_APEX,
	DNS_NAME_SERVER, /* ns.ZONE */
	DNS_NAME_ADDRESS,
	DNS_NAME_SERVICE,
	DNS_NAME_ENDPOINT,
	DNS_NAME_POD,
	DNS_NAME_NODE,
};

enum dns_moment { DNS_MOMENT_NOW, DNS_MOMENT_AT, DNS_MOMENT_AGO };

struct dns_name {
	enum dns_name_kind kind;
	enum dns_zone zone;
	size_t apex; /* where the apex of its zone begins in the wire form */
	enum dns_moment moment;
	struct when at;                     /* DNS_MOMENT_AT */
	int64_t ago_ns;                     /* DNS_MOMENT_AGO, not negative */
	struct ip ip;                       /* DNS_NAME_ADDRESS */
	char holder[DNS_NAME_TEXT_MAX + 1]; /* namespace/name; of a node its name */
	char hostname[DNS_LABEL_MAX + 1];   /* DNS_NAME_ENDPOINT */
};

#define DNS_ZONE_MAX 128

/* Whether TEXT can be a zone: at most DNS_ZONE_MAX bytes, labels of letters, digits, - and _,
 * not in arpa. */
bool dns_zone_fits(const char *text);
/* Whether LABEL is such a label. */
bool dns_name_is_label(struct span label);

/* Reads the WIRE form of a name, which has no compression, in either case. -1 if it is not one. */
int dns_name_read(const struct dns_zones *zones, const uint8_t *wire, size_t length,
		  struct dns_name *name);

#endif
