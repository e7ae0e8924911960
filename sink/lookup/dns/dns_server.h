/* dns_server.h - the DNS interface: its sockets, and who is answered.
 *
 * It answers for in-addr.arpa, ip6.arpa, the cluster domain and our own zone, by UDP and TCP, and
 * refuses everything else: it asks nobody on behalf of a client but the upstream server (upstream.h).
 *
 * (1) No call waits. The caller polls what dns_server_fds() lists, and calls dns_server_turn() after
 *     that, at least every DNS_TURN_MS.
 * (2) Answers by UDP keep to dns_limit.h, connections to dns_tcp.h.
 */
#ifndef TENURE_DNS_SERVER_H
#define TENURE_DNS_SERVER_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "common/program/settings.h"
#include "common/timeline/timeline.h"
#include "sink/lookup/dns/dns_limit.h"
#include "sink/lookup/dns/dns_tcp.h"
#include "sink/lookup/dns/dns_udp.h"
#include "sink/lookup/dns/upstream.h"

#define DNS_LISTEN_MAX 8
#define DNS_FDS_MAX (2 * DNS_LISTEN_MAX + DNS_TCP_CONNECTIONS_MAX + UPSTREAM_PENDING_MAX)
#define DNS_TURN_MS 100

struct dns_options {
	struct settings_list listen; /* addresses, see listen.h */
	const char *domain, *zone;
	const char *upstream; /* or NULL */
	int64_t rate;         /* dns_limit.h */
	struct settings_list unlimited;
};

#define DNS_OPTIONS_DEFAULT                                                                  \
	{                                                                                    \
		.domain = "cluster.local", .zone = "tenure.internal", .rate = DNS_LIMIT_RATE \
	}

/* The rows of the program's table. */
#define DNS_SETTINGS(s)                                                                         \
	SETTING_LIST("listen-dns", 0, "ADDR:PORT", &(s)->listen,                                \
		     "run as a server and answer over DNS at this address; may be repeated"),   \
		SETTING_TEXT("cluster-domain", 0, "DOMAIN", &(s)->domain,                       \
			     "domain of the cluster's own DNS names"),                          \
		SETTING_TEXT("zone", 0, "ZONE", &(s)->zone,                                     \
			     "zone of the DNS names of pods, nodes and past moments"),          \
		SETTING_TEXT("upstream", 0, "ADDR:PORT", &(s)->upstream,                        \
			     "DNS server of the cluster, which is asked for the names of "      \
			     "addresses that the topic does not show"),                         \
		SETTING_NUMBER("dns-rate", 0, "NUMBER", &(s)->rate,                             \
			       "answers by UDP to one network (/24, /64) in a second; 0 for "   \
			       "any number"),                                                   \
		SETTING_LIST("dns-unlimited", 0, "RANGE", &(s)->unlimited,                      \
			     "addresses for which --dns-rate does not count, such as those of " \
			     "resolvers; may be repeated")

struct dns_server;

/* Whether OPTIONS can be used. -1 after logging. */
int dns_options_check(const struct dns_options *options);

/* Opens the sockets. OPTIONS, and TIMELINE, which was opened BY_NAME, are borrowed. NULL after
 * logging. */
struct dns_server *dns_server_open(const struct dns_options *options, struct timeline *timeline);
void dns_server_close(struct dns_server *server);

/* Fills FDS with what to wait for. Returns how many there are. */
size_t dns_server_fds(const struct dns_server *server, struct pollfd fds[static DNS_FDS_MAX]);
/* Answers what has come. FDS are the COUNT ones of dns_server_fds(), after poll(). */
void dns_server_turn(struct dns_server *server, const struct pollfd *fds, size_t count,
		     struct when now);
struct dns_server_stats {
	struct dns_responder_stats responder;
	size_t addresses;
	struct dns_udp_stats udp; /* of all of them */
	struct dns_tcp_stats tcp;
	bool has_upstream;
	struct upstream_stats upstream;
};

struct dns_server_stats dns_server_stats(const struct dns_server *server);
/* Logs what was counted. */
void dns_server_report(const struct dns_server *server);

#endif
