#include "sink/lookup/dns/dns_server.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/program/listen.h"
#include "common/program/log.h"
#include "sink/lookup/dns/dns_limit.h"
#include "sink/lookup/dns/dns_peer.h"
#include "sink/lookup/dns/dns_tcp.h"
#include "sink/lookup/dns/dns_udp.h"

/* The sockets at one address. */
struct listener {
	struct dns_udp *udp;
	int tcp;
};

struct dns_server {
	struct listener listeners[DNS_LISTEN_MAX];
	size_t count;
	struct dns_responder *responder;
	struct dns_limit *limit;
	struct dns_tcp *tcp;
	struct upstream *upstream;
};

/* ---- Options ---- */

static int read_unlimited(const struct dns_options *options, struct dns_limit_options *limit)
{
	if (options->unlimited.count > DNS_LIMIT_RANGES_MAX) {
		log_error("--dns-unlimited: at most %d ranges", DNS_LIMIT_RANGES_MAX);
		return -1;
	}
	for (size_t i = 0; i < options->unlimited.count; i++) {
		const char *range = options->unlimited.values[i];

		if (ip_range_parse(range, strlen(range), &limit->unlimited[i]) < 0) {
			log_error("--dns-unlimited: \"%s\" is not an address or a range", range);
			return -1;
		}
	}
	limit->unlimited_count = options->unlimited.count;
	return 0;
}

int dns_options_check(const struct dns_options *options)
{
	struct dns_limit_options limit;

	if (options->listen.count > DNS_LISTEN_MAX) {
		log_error("--listen-dns: at most %d addresses", DNS_LISTEN_MAX);
		return -1;
	}
	for (size_t i = 0; i < options->listen.count; i++) {
		if (listen_check("--listen-dns", options->listen.values[i], 5353) < 0)
			return -1;
	}
	if (!dns_zone_fits(options->domain) || !dns_zone_fits(options->zone) ||
	    strcmp(options->domain, options->zone) == 0) {
		log_error(
			"--cluster-domain and --zone: two names in lower case of at most %d bytes, "
			"without a dot at the end, not in arpa",
			DNS_ZONE_MAX);
		return -1;
	}
	if (options->upstream != NULL && upstream_check(options->upstream) < 0)
		return -1;
	return read_unlimited(options, &limit);
}

/* ---- Opening ---- */

/* Opens the two sockets at TEXT, at one port. */
static int open_listener(struct dns_server *server, const char *text, struct dns_source *source)
{
	struct listener *listener = &server->listeners[server->count];
	struct listen_address address;
	char bound[LISTEN_TEXT_SIZE];
	struct ip ip;
	int udp;

	if (listen_parse(text, &address) < 0)
		return -1;
	/* TCP chooses the port, if it is 0: clients use many ports of TCP and few of UDP. */
	listener->tcp = listen_open("--listen-dns", SOCK_STREAM, &address);
	if (listener->tcp < 0)
		return -1;
	udp = listen_open("--listen-dns", SOCK_DGRAM, &address);
	ip = dns_peer_ip(&address.socket);
	listener->udp = udp < 0 ? NULL : dns_udp_new(udp, dns_peer_is_any(&ip), server->limit);
	if (listener->udp == NULL) {
		close(listener->tcp);
		return -1;
	}
	server->count++;
	if (!dns_peer_is_any(&ip))
		source->ips[source->ip_count++] = ip;
	listen_format(&address, bound);
	log_info("dns: listening on %s", bound);
	return 0;
}

static int open_all(struct dns_server *server, const struct dns_options *options,
		    struct timeline *timeline)
{
	struct dns_limit_options limit = {.rate = options->rate};
	struct dns_source source = {.timeline = timeline,
				    .zones = {options->domain, options->zone}};

	if (read_unlimited(options, &limit) < 0)
		return -1;
	if (getrandom(&limit.seed, sizeof(limit.seed), 0) == (ssize_t)sizeof(limit.seed))
		server->limit = dns_limit_new(&limit);
	if (server->limit == NULL) {
		log_error("dns: out of memory or no random numbers");
		return -1;
	}
	if (options->upstream != NULL) {
		server->upstream = source.upstream = upstream_open(options->upstream);
		if (server->upstream == NULL)
			return -1;
	}
	for (size_t i = 0; i < options->listen.count; i++) {
		if (open_listener(server, options->listen.values[i], &source) < 0)
			return -1;
	}
	server->responder = dns_responder_open(&source);
	if (server->responder == NULL)
		return -1;
	server->tcp = dns_tcp_new(server->responder);
	return server->tcp == NULL ? -1 : 0;
}

struct dns_server *dns_server_open(const struct dns_options *options, struct timeline *timeline)
{
	struct dns_server *server = calloc(1, sizeof(*server));

	if (server != NULL && open_all(server, options, timeline) == 0)
		return server;
	dns_server_close(server);
	return NULL;
}

void dns_server_close(struct dns_server *server)
{
	if (server == NULL)
		return;
	for (size_t i = 0; i < server->count; i++) {
		dns_udp_free(server->listeners[i].udp);
		if (server->listeners[i].tcp >= 0)
			close(server->listeners[i].tcp);
	}
	dns_tcp_free(server->tcp);
	dns_responder_close(server->responder);
	dns_limit_free(server->limit);
	upstream_close(server->upstream);
	free(server);
}

/* ---- Turns ---- */

size_t dns_server_fds(const struct dns_server *server, struct pollfd fds[static DNS_FDS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < server->count; i++) {
		const struct listener *listener = &server->listeners[i];

		fds[count++] = (struct pollfd){dns_udp_fd(listener->udp), POLLIN, 0};
		fds[count++] = (struct pollfd){listener->tcp, POLLIN, 0};
	}
	count += dns_tcp_fds(server->tcp, fds + count);
	if (server->upstream != NULL)
		count += upstream_fds(server->upstream, fds + count);
	return count;
}

void dns_server_turn(struct dns_server *server, const struct pollfd *fds, size_t count,
		     struct when now)
{
	size_t listeners = 2 * server->count;

	if (server->upstream != NULL && upstream_turn(server->upstream, now)) {
		for (size_t i = 0; i < server->count; i++)
			dns_udp_retry(server->listeners[i].udp, server->responder, now);
		dns_tcp_retry(server->tcp, now);
	}
	dns_tcp_turn(server->tcp, fds + listeners, count - listeners, now);
	for (size_t i = 0; i < listeners; i++) {
		struct listener *listener = &server->listeners[i / 2];

		if (fds[i].revents == 0)
			continue;
		if (i % 2 == 0)
			dns_udp_turn(listener->udp, server->responder, now);
		else
			dns_tcp_accept(server->tcp, listener->tcp, now);
	}
}

/* ---- What was counted ---- */

static void add_udp(struct dns_udp_stats *sum, const struct dns_udp_stats *one)
{
	sum->truncated += one->truncated;
	sum->dropped += one->dropped;
	sum->unsent += one->unsent;
	sum->waiting_full += one->waiting_full;
	sum->waiting += one->waiting;
}

struct dns_server_stats dns_server_stats(const struct dns_server *server)
{
	struct dns_server_stats stats = {
		.responder = dns_responder_stats(server->responder),
		.tcp = dns_tcp_stats(server->tcp),
		.addresses = server->count,
		.has_upstream = server->upstream != NULL,
	};

	for (size_t i = 0; i < server->count; i++) {
		struct dns_udp_stats one = dns_udp_stats(server->listeners[i].udp);

		add_udp(&stats.udp, &one);
	}
	if (stats.has_upstream)
		stats.upstream = upstream_stats(server->upstream);
	return stats;
}

void dns_server_report(const struct dns_server *server)
{
	struct dns_server_stats stats = dns_server_stats(server);
	const struct dns_responder_stats *r = &stats.responder;
	const struct dns_udp_stats *u = &stats.udp;
	const struct dns_tcp_stats *t = &stats.tcp;
	const struct upstream_stats *up = &stats.upstream;

	log_info("dns questions=%" PRIu64 " cached=%" PRIu64 " faulty=%" PRIu64 " refused=%" PRIu64
		 " failed=%" PRIu64 " cut=%" PRIu64,
		 r->questions, r->cached, r->faulty, r->refused, r->failed, r->cut);
	log_info("dns udp limited_truncated=%" PRIu64 " limited_dropped=%" PRIu64 " unsent=%" PRIu64
		 " waiting_full=%" PRIu64,
		 u->truncated, u->dropped, u->unsent, u->waiting_full);
	log_info("dns tcp connections=%" PRIu64 " displaced=%" PRIu64 " late=%" PRIu64
		 " too_long=%" PRIu64,
		 t->connections, t->displaced, t->late, t->too_long);
	if (stats.has_upstream)
		log_info("dns upstream asked=%" PRIu64 " answered=%" PRIu64 " failed=%" PRIu64
			 " unsent=%" PRIu64 " foreign=%" PRIu64 " refused=%" PRIu64,
			 up->asked, up->answered, up->failed, up->unsent, up->foreign, up->refused);
}
