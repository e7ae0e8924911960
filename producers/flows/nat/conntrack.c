#include "producers/flows/nat/conntrack.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_compat.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/when.h"
#include "common/program/log.h"
#include "producers/flows/nat/conntrack_message.h"
#include "producers/flows/nat/list_asker.h"

#define EVENTS_SETTING "/proc/sys/net/netfilter/nf_conntrack_events"
#define TURN_EVENTS 1024 /* messages of one turn, so that packets are read too */
#define TURN_LISTED 8    /* the same of a list; each has up to 32 KiB */
#define LIST_MS 60000    /* for the list at the start */

struct conntrack {
	struct translations *translations;
	int events, list; /* sockets */
	struct list_asker asker;
	bool overrun; /* events were lost, and those before not all read */
	bool listing; /* a list is asked for, and not all read */
	bool stale;   /* events were lost meanwhile */
	struct when now;
	char message[65536];
};

/* ---- Messages ---- */

static void lose(struct conntrack *conntrack)
{
	conntrack->overrun = true;
	translations_losing(conntrack->translations);
}

static void take_connection(struct conntrack *conntrack, const struct nlmsghdr *header, bool listed)
{
	struct translations *translations = conntrack->translations;
	struct translations_connection told;

	if (!conntrack_message_read(header, header->nlmsg_len, &told))
		return;
	if (listed && !conntrack->stale)
		translations_listed(translations, &told, conntrack->now);
	else if (!listed && NFNL_MSG_TYPE(header->nlmsg_type) == IPCTNL_MSG_CT_DELETE)
		translations_end(translations, &told, conntrack->now);
	else if (!listed)
		translations_begin(translations, &told, conntrack->now);
}

/* What follows HEADER in the *LENGTH bytes from there on. */
static const struct nlmsghdr *next_message(const struct nlmsghdr *header, size_t *length)
{
	size_t step = NLMSG_ALIGN(header->nlmsg_len);

	if (step > *length)
		step = *length;
	*length -= step;
	return (const struct nlmsghdr *)(const void *)((const char *)header + step);
}

/* Takes the messages of LENGTH bytes. Returns -1 if the kernel refused a list (logged). */
static int take(struct conntrack *conntrack, size_t length, bool listed)
{
	const struct nlmsghdr *header = (const struct nlmsghdr *)(const void *)conntrack->message;
	const struct nlmsgerr *error;

	for (; NLMSG_OK(header, length); header = next_message(header, &length)) {
		if (header->nlmsg_type == NLMSG_DONE)
			conntrack->listing = false;
		else if (header->nlmsg_type >= NLMSG_MIN_TYPE)
			take_connection(conntrack, header, listed);
		if (header->nlmsg_type != NLMSG_ERROR)
			continue;
		error = NLMSG_DATA(header);
		conntrack->listing = false;
		log_error("conntrack gives no list of its connections: %s",
			  strerror(-error->error));
		return -1;
	}
	return 0;
}

/* ---- Reading ---- */

static int ask(struct conntrack *conntrack)
{
	conntrack->stale = false;
	conntrack->listing = list_asker_ask(&conntrack->asker) == 0;
	translations_list(conntrack->translations, conntrack->now);
	return conntrack->listing ? 0 : -1;
}

/* Everything that was sent by SINCE has been read. */
static void end_turn(struct conntrack *conntrack, struct when since)
{
	if (conntrack->overrun) {
		conntrack->overrun = false;
		translations_lost(conntrack->translations, conntrack->now);
		conntrack->stale = true;
		log_warn("conntrack: events were lost; all connections are listed again");
	}
	translations_drained(conntrack->translations, since);
	if (conntrack->stale && !conntrack->listing)
		ask(conntrack);
}

static void read_events(struct conntrack *conntrack)
{
	for (unsigned i = 0; i < TURN_EVENTS; i++) {
		struct when since = when_now();
		ssize_t length = recv(conntrack->events, conntrack->message,
				      sizeof(conntrack->message), MSG_DONTWAIT);
		int reason = errno;

		/* A clock that was set back would put what ended after what began. */
		if (when_before(since, conntrack->now))
			lose(conntrack);
		conntrack->now = when_now();
		if (length > 0)
			take(conntrack, (size_t)length, false);
		else if (length < 0 && reason == ENOBUFS)
			lose(conntrack);
		else if (length < 0 && reason != EINTR) {
			end_turn(conntrack, since);
			return;
		}
	}
}

static int read_list(struct conntrack *conntrack)
{
	for (unsigned i = 0; i < TURN_LISTED && conntrack->listing; i++) {
		ssize_t length = recv(conntrack->list, conntrack->message,
				      sizeof(conntrack->message), MSG_DONTWAIT);

		if (length <= 0)
			return 0;
		conntrack->now = when_later(conntrack->now, when_now());
		if (take(conntrack, (size_t)length, true) < 0)
			return -1;
	}
	return 0;
}

void conntrack_read(struct conntrack *conntrack)
{
	read_events(conntrack);
	read_list(conntrack);
}

/* Reads the first list. */
static int read_first(struct conntrack *conntrack)
{
	struct pollfd polled = {.fd = conntrack->list, .events = POLLIN};
	struct when end = when_add(when_now(), LIST_MS * NS_PER_MS);

	conntrack->now = when_now();
	if (ask(conntrack) < 0)
		return -1;
	while (conntrack->listing) {
		if (poll(&polled, 1, 100) > 0 && read_list(conntrack) < 0)
			return -1;
		read_events(conntrack);
		if (when_before(end, conntrack->now)) {
			log_error("conntrack gave no list of its connections within a minute");
			return -1;
		}
	}
	return 0;
}

/* ---- Opening ---- */

/* Says so if conntrack reports nothing. */
static bool has_events(void)
{
	FILE *file = fopen(EVENTS_SETTING, "re");
	int first = file == NULL ? EOF : fgetc(file);

	if (file != NULL)
		fclose(file);
	if (first == EOF)
		log_error("the kernel has no conntrack (%s is not there)", EVENTS_SETTING);
	if (first == '0')
		log_error("conntrack reports no connections: set net.netfilter.nf_conntrack_events "
			  "to 1");
	return first != EOF && first != '0';
}

static int open_socket(uint32_t groups)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int size = CONNTRACK_BUFFER, reason;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		log_warn("conntrack: the kernel gives less memory for events than was asked for: "
			 "%s; more of them may be lost",
			 strerror(errno));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	reason = errno;
	close(fd);
	errno = reason;
	return -1;
}

static int open_all(struct conntrack *conntrack, size_t max, int64_t rest_ns, int64_t idle_ns,
		    int *exit_code)
{
	uint64_t seed[FLOW_KEY_SEED_WORDS];

	*exit_code = EX_UNAVAILABLE;
	if (!has_events())
		return -1;
	conntrack->list = open_socket(0);
	conntrack->events = open_socket(NF_NETLINK_CONNTRACK_NEW | NF_NETLINK_CONNTRACK_DESTROY);
	if (conntrack->list < 0 || conntrack->events < 0) {
		*exit_code = errno == EPERM ? EX_NOPERM : EX_UNAVAILABLE;
		log_error("cannot listen to conntrack: %s%s", strerror(errno),
			  errno == EPERM ? "; --conntrack needs CAP_NET_ADMIN" : "");
		return -1;
	}
	*exit_code = EX_OSERR;
	if (getrandom(seed, sizeof(seed), 0) == (ssize_t)sizeof(seed))
		conntrack->translations = translations_new(max, rest_ns, idle_ns, seed, when_now());
	if (conntrack->translations == NULL) {
		log_error("out of memory or no random numbers for %zu translated connections", max);
		return -1;
	}
	if (list_asker_start(&conntrack->asker, conntrack->list) < 0)
		return -1;
	*exit_code = EX_UNAVAILABLE;
	return read_first(conntrack);
}

struct conntrack *conntrack_open(size_t max, int64_t rest_ns, int64_t idle_ns, int *exit_code)
{
	struct conntrack *conntrack = calloc(1, sizeof(*conntrack));

	*exit_code = EX_OSERR;
	if (conntrack == NULL) {
		log_error("out of memory");
		return NULL;
	}
	conntrack->list = conntrack->events = -1;
	if (open_all(conntrack, max, rest_ns, idle_ns, exit_code) == 0)
		return conntrack;
	conntrack_close(conntrack);
	return NULL;
}

void conntrack_close(struct conntrack *conntrack)
{
	if (conntrack == NULL)
		return;
	list_asker_stop(&conntrack->asker);
	if (conntrack->list >= 0)
		close(conntrack->list);
	if (conntrack->events >= 0)
		close(conntrack->events);
	translations_free(conntrack->translations);
	free(conntrack);
}

struct translations *conntrack_translations(struct conntrack *conntrack)
{
	return conntrack != NULL ? conntrack->translations : NULL;
}
