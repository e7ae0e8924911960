#include "sink/lookup/dns/upstream.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/program/listen.h"
#include "common/program/log.h"
#include "sink/lookup/dns/upstream_packet.h"

/* Twice as long after each try: 1 + 2 + 4 of these in all. */
#define FIRST_WAIT_NS (UPSTREAM_WAIT_MS * NS_PER_MS / ((1 << UPSTREAM_TRIES) - 1))
#define FAILED_NS (2 * NS_PER_SECOND) /* a failure is kept for so long */
#define KEPT_MIN_S 1                  /* so that who waited for an answer finds it */
#define KEPT_MAX_S 3600
#define ANSWER_MAX 4096

/* An open question. */
struct pending {
	int fd; /* connected to the server; -1: the place is free */
	struct ip ip;
	uint16_t id;
	unsigned tries;
	struct when next; /* when the next try or, after the last one, the end is due */
};

/* What is known about an address. */
struct kept {
	struct ip ip;
	struct when until;
	enum upstream_status status; /* UPSTREAM_WAITS: nothing */
	char *names;
	size_t length;
};

struct upstream {
	struct listen_address address;
	struct pending pending[UPSTREAM_PENDING_MAX];
	struct kept *kept; /* by ip_hash(); another address takes the place */
	struct text names; /* of the answer that is read */
	struct upstream_stats stats;
};

int upstream_check(const char *address)
{
	struct listen_address parsed;

	if (address[0] != ':' && listen_parse(address, &parsed) == 0)
		return 0;
	log_error("--upstream: \"%s\" is not ADDRESS:PORT or [IPv6 ADDRESS]:PORT", address);
	return -1;
}

struct upstream *upstream_open(const char *address)
{
	struct upstream *upstream = calloc(1, sizeof(*upstream));

	if (upstream == NULL)
		goto out;
	for (size_t i = 0; i < UPSTREAM_PENDING_MAX; i++)
		upstream->pending[i].fd = -1;
	text_init(&upstream->names, UPSTREAM_NAMES_MAX);
	upstream->kept = calloc(UPSTREAM_KEPT_MAX, sizeof(*upstream->kept));
	if (upstream->kept == NULL)
		goto out;
	for (size_t i = 0; i < UPSTREAM_KEPT_MAX; i++)
		upstream->kept[i].status = UPSTREAM_WAITS;
	if (upstream_check(address) == 0 && listen_parse(address, &upstream->address) == 0)
		return upstream;
out:
	log_error("--upstream: out of memory");
	upstream_close(upstream);
	return NULL;
}

static void close_pending(struct pending *pending)
{
	if (pending->fd >= 0)
		close(pending->fd);
	pending->fd = -1;
}

void upstream_close(struct upstream *upstream)
{
	if (upstream == NULL)
		return;
	for (size_t i = 0; i < UPSTREAM_PENDING_MAX; i++)
		close_pending(&upstream->pending[i]);
	for (size_t i = 0; upstream->kept != NULL && i < UPSTREAM_KEPT_MAX; i++)
		free(upstream->kept[i].names);
	free(upstream->kept);
	text_free(&upstream->names);
	free(upstream);
}

/* ---- What is kept ---- */

static struct kept *place_of(const struct upstream *upstream, const struct ip *ip)
{
	return &upstream->kept[ip_hash(ip) % UPSTREAM_KEPT_MAX];
}

static void keep(struct upstream *upstream, const struct ip *ip, enum upstream_status status,
		 struct when until)
{
	struct kept *kept = place_of(upstream, ip);
	struct span names = text_span(&upstream->names);
	char *copy = NULL;

	if (status == UPSTREAM_NAMED) {
		copy = malloc(names.length);
		if (copy == NULL)
			status = UPSTREAM_FAILED;
		else
			memcpy(copy, names.data, names.length);
	}
	free(kept->names);
	*kept = (struct kept){.ip = *ip,
			      .until = until,
			      .status = status,
			      .names = copy,
			      .length = copy != NULL ? names.length : 0};
}

/* ---- Questions ---- */

/* Sends the question from a new socket, and so from another port. The retry after a failure is the
 * one after silence. */
static void send_question(struct upstream *upstream, struct pending *pending, struct when now)
{
	uint8_t bytes[UPSTREAM_QUESTION_MAX];
	const struct sockaddr *address = (const struct sockaddr *)&upstream->address.socket;
	size_t length;

	close_pending(pending);
	if (getrandom(&pending->id, sizeof(pending->id), 0) != (ssize_t)sizeof(pending->id))
		pending->id = (uint16_t)now.ns;
	pending->next = when_add(now, FIRST_WAIT_NS << pending->tries++);
	length = upstream_packet_write(&pending->ip, pending->id, bytes);
	pending->fd = socket(address->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (pending->fd < 0 || length == 0 ||
	    connect(pending->fd, address, upstream->address.length) < 0 ||
	    send(pending->fd, bytes, length, 0) < 0)
		upstream->stats.unsent++;
}

static bool is_free(const struct pending *pending)
{
	return pending->tries == 0;
}

/* Begins a question unless it is open already. Returns false if there is no room. */
static bool begin(struct upstream *upstream, const struct ip *ip, struct when now)
{
	struct pending *free_one = NULL;

	for (size_t i = 0; i < UPSTREAM_PENDING_MAX; i++) {
		struct pending *pending = &upstream->pending[i];

		if (is_free(pending))
			free_one = pending;
		else if (ip_compare(&pending->ip, ip) == 0)
			return true;
	}
	if (free_one == NULL)
		return false;
	free_one->ip = *ip;
	upstream->stats.asked++;
	send_question(upstream, free_one, now);
	return true;
}

enum upstream_status upstream_find(struct upstream *upstream, const struct ip *ip, struct when now,
				   struct upstream_answer *answer)
{
	const struct kept *kept = place_of(upstream, ip);

	if (kept->status == UPSTREAM_WAITS || ip_compare(&kept->ip, ip) != 0 ||
	    when_not_after(kept->until, now)) {
		if (begin(upstream, ip, now))
			return UPSTREAM_WAITS;
		upstream->stats.refused++;
		return UPSTREAM_FAILED;
	}
	answer->names = (struct span){kept->names, kept->length};
	answer->ttl = (uint32_t)(when_since(kept->until, now) / NS_PER_SECOND);
	return kept->status;
}

/* ---- Turns ---- */

size_t upstream_fds(const struct upstream *upstream, struct pollfd fds[static UPSTREAM_PENDING_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < UPSTREAM_PENDING_MAX; i++) {
		if (upstream->pending[i].fd >= 0)
			fds[count++] = (struct pollfd){upstream->pending[i].fd, POLLIN, 0};
	}
	return count;
}

static void end(struct upstream *upstream, struct pending *pending, enum upstream_status status,
		uint32_t ttl, struct when now)
{
	int64_t ns = FAILED_NS;

	if (status != UPSTREAM_FAILED) {
		ttl = ttl < KEPT_MIN_S ? KEPT_MIN_S : ttl;
		ns = (ttl < KEPT_MAX_S ? ttl : KEPT_MAX_S) * NS_PER_SECOND;
		upstream->stats.answered++;
	} else {
		upstream->stats.failed++;
	}
	keep(upstream, &pending->ip, status, when_add(now, ns));
	close_pending(pending);
	pending->tries = 0;
}

/* Reads what came for PENDING. Returns whether that ended it. */
static bool receive(struct upstream *upstream, struct pending *pending, struct when now)
{
	uint8_t bytes[ANSWER_MAX];
	uint32_t ttl = 0;
	ssize_t length = recv(pending->fd, bytes, sizeof(bytes), 0);

	if (length < 0)
		return false;
	text_clear(&upstream->names);
	switch (upstream_packet_read(bytes, (size_t)length, &pending->ip, pending->id,
				     &upstream->names, &ttl)) {
	case UPSTREAM_READ_NAMES:
		end(upstream, pending, UPSTREAM_NAMED, ttl, now);
		return true;
	case UPSTREAM_READ_NONE:
		end(upstream, pending, UPSTREAM_UNNAMED, ttl, now);
		return true;
	case UPSTREAM_READ_FAILURE:
		end(upstream, pending, UPSTREAM_FAILED, 0, now);
		return true;
	case UPSTREAM_READ_FOREIGN:
		upstream->stats.foreign++;
		break;
	}
	return false;
}

bool upstream_turn(struct upstream *upstream, struct when now)
{
	bool ended = false;

	for (size_t i = 0; i < UPSTREAM_PENDING_MAX; i++) {
		struct pending *pending = &upstream->pending[i];

		if (is_free(pending))
			continue;
		if (pending->fd >= 0 && receive(upstream, pending, now)) {
			ended = true;
		} else if (when_not_after(pending->next, now) && pending->tries < UPSTREAM_TRIES) {
			send_question(upstream, pending, now);
		} else if (when_not_after(pending->next, now)) {
			end(upstream, pending, UPSTREAM_FAILED, 0, now);
			ended = true;
		}
	}
	return ended;
}

struct upstream_stats upstream_stats(const struct upstream *upstream)
{
	struct upstream_stats stats = upstream->stats;

	for (size_t i = 0; i < UPSTREAM_PENDING_MAX; i++)
		stats.open += !is_free(&upstream->pending[i]);
	return stats;
}
