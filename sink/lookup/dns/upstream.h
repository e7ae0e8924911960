/* upstream.h - asks another server, the cluster's DNS, for the names of addresses.
 *
 * It answers for pods of headless services, and only for the present. Questions go out by UDP from a
 * random port with a random id, UPSTREAM_TRIES times in all within UPSTREAM_WAIT_MS. What comes back is kept for its TTL.
 *
 * (1) No call waits. An address is asked about once at a time, so a server that sends our questions
 *     back to us is a circle that ends: the server has not answered. At most UPSTREAM_PENDING_MAX questions are open at a time.
 * (2) An answer counts if it comes from the server's address to the port that the question left
 *     from, with its id and its question.
 */
#ifndef TENURE_UPSTREAM_H
#define TENURE_UPSTREAM_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/base/when.h"

#define UPSTREAM_PENDING_MAX 64
#define UPSTREAM_KEPT_MAX 4096 /* addresses whose answer is kept */
#define UPSTREAM_NAMES_MAX 512 /* bytes of the names of one address */
#define UPSTREAM_TRIES 3
#define UPSTREAM_WAIT_MS 2100

enum upstream_status {
	UPSTREAM_NAMED,
	UPSTREAM_UNNAMED, /* the server says that there is no name */
	UPSTREAM_FAILED,  /* no usable answer, or too many questions are open */
	UPSTREAM_WAITS,   /* for an answer: ask again after upstream_turn() returned true */
};

struct upstream_answer {
	struct span names; /* each ends with a NUL; borrowed until the next call */
	uint32_t ttl;      /* seconds left */
};

struct upstream_stats {
	uint64_t asked, answered, failed;
	size_t open;      /* questions, now */
	uint64_t unsent;  /* tries that could not be sent */
	uint64_t foreign; /* datagrams that are no answer (2) */
	uint64_t refused; /* not asked, because too many questions were open */
};

struct upstream;

/* Whether ADDRESS is "ADDRESS:PORT" or "[IPv6 ADDRESS]:PORT". -1 after logging. */
int upstream_check(const char *address);
/* Asks the server at ADDRESS. NULL after logging. */
struct upstream *upstream_open(const char *address);
void upstream_close(struct upstream *upstream);

enum upstream_status upstream_find(struct upstream *upstream, const struct ip *ip, struct when now,
				   struct upstream_answer *answer);

/* Fills FDS with what to wait for. Returns how many there are. */
size_t upstream_fds(const struct upstream *upstream,
		    struct pollfd fds[static UPSTREAM_PENDING_MAX]);
/* Reads what has come and asks again for what has not. Returns whether a question is over. */
bool upstream_turn(struct upstream *upstream, struct when now);
struct upstream_stats upstream_stats(const struct upstream *upstream);

#endif
