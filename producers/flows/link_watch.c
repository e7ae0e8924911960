#include "producers/flows/link_watch.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/program/log.h"
#include "producers/flows/links/proc_net.h"

#define BUFFER \
	(1 << 20) /* bytes of notices that the kernel holds, or its limit: some 100 at least */
#define TURN 256  /* messages of one call */
#define FIRST_LIST_MS 10000

struct link_watch {
	int fd;
	uint32_t port; /* the socket's address */
	uint32_t sequence;
	bool full;        /* that was said */
	bool interrupted; /* the list that is being read is not of one moment */
	struct link_clock now;
	struct link_table table;
	char message[65536];
};

static struct link_clock read_clocks(void)
{
	return (struct link_clock){when_now(), when_steady()};
}

/* ---- Messages ---- */

static void ask(struct link_watch *watch)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
		struct rtattr attribute;
		uint32_t mask;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = RTM_GETLINK,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			   .nlmsg_seq = ++watch->sequence},
		.attribute = {RTA_LENGTH(sizeof(uint32_t)), IFLA_EXT_MASK},
		.mask = RTEXT_FILTER_SKIP_STATS,
	};

	watch->interrupted = false;
	/* If this fails, the next call asks again. */
	if (send(watch->fd, &request, sizeof(request), MSG_DONTWAIT) == (ssize_t)sizeof(request))
		link_table_list(&watch->table);
}

/* One message of the list that was asked for. */
static void take_listed(struct link_watch *watch, const struct nlmsghdr *header)
{
	struct link_message told;

	if (header->nlmsg_seq != watch->sequence || !watch->table.listing)
		return;
	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		watch->interrupted = true;
	if (header->nlmsg_type == NLMSG_DONE)
		link_table_list_end(&watch->table, !watch->interrupted);
	else if (header->nlmsg_type == NLMSG_ERROR)
		link_table_list_end(&watch->table, false);
	else if (link_message_read(header, header->nlmsg_len, &told))
		link_table_listed(&watch->table, &told, watch->now);
}

/* Takes the messages of LENGTH bytes. */
static void take(struct link_watch *watch, size_t length)
{
	const char *at = watch->message;
	struct link_message told;

	while (NLMSG_OK((const struct nlmsghdr *)(const void *)at, length)) {
		const struct nlmsghdr *header = (const struct nlmsghdr *)(const void *)at;
		size_t step = NLMSG_ALIGN(header->nlmsg_len);

		if (link_message_is_answer(header, watch->port))
			take_listed(watch, header);
		else if (link_message_read(header, header->nlmsg_len, &told))
			link_table_notice(&watch->table, &told, watch->now);
		step = step < length ? step : length;
		at += step;
		length -= step;
	}
}

/* ---- Reading ---- */

/* Reads a message. Returns -1 with errno if there is none. */
static int read_message(struct link_watch *watch)
{
	struct sockaddr_nl from = {0};
	socklen_t size = sizeof(from);
	ssize_t length = recvfrom(watch->fd, watch->message, sizeof(watch->message),
				  MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &size);

	if (length < 0)
		return -1;
	if ((size_t)length > sizeof(watch->message))
		link_table_lose(&watch->table);
	else if (from.nl_pid == 0) /* the kernel */
		take(watch, (size_t)length);
	return 0;
}

bool link_watch_read(struct link_watch *watch)
{
	bool any = false;

	for (unsigned i = 0; i < TURN; i++) {
		struct link_clock before = read_clocks();

		watch->now = before;
		if (read_message(watch) == 0) {
			any = true;
		} else if (errno == ENOBUFS) {
			any = true;
			link_table_lose(&watch->table);
			log_warn("the kernel's notices of interfaces were lost; all are listed "
				 "again");
		} else if (errno != EINTR) {
			link_table_drain(&watch->table, before);
			if (link_table_needs_list(&watch->table))
				ask(watch);
			break;
		}
	}
	watch->now = read_clocks();
	if (watch->table.refused > 0 && !watch->full) {
		watch->full = true;
		log_warn("there are more than %d interfaces; others are not seen", LINK_WATCH_MAX);
	}
	return any;
}

const struct link_table *link_watch_table(const struct link_watch *watch)
{
	return &watch->table;
}

struct when link_watch_until(const struct link_watch *watch)
{
	return link_table_until(&watch->table, watch->now);
}

struct when link_watch_at(const struct link_watch *watch)
{
	return watch->now.steady;
}

int link_watch_fd(const struct link_watch *watch)
{
	return watch->fd;
}

/* ---- Opening ---- */

static int open_socket(struct link_watch *watch)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	socklen_t length = sizeof(address);
	int size = BUFFER;

	watch->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (watch->fd < 0 ||
	    bind(watch->fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    getsockname(watch->fd, (struct sockaddr *)&address, &length) != 0)
		return -1;
	watch->port = address.nl_pid;
	/* With less, notices are lost earlier, which is found and said. */
	if (setsockopt(watch->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		setsockopt(watch->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return 0;
}

/* Reads the first list. -1 with errno on failure. */
static int read_first(struct link_watch *watch)
{
	struct pollfd polled = {.fd = watch->fd, .events = POLLIN};
	struct when end = when_add(when_steady(), FIRST_LIST_MS * NS_PER_MS);

	link_watch_read(watch);
	while (watch->table.stale || watch->table.listing) {
		if (when_before(end, when_steady())) {
			errno = ETIMEDOUT;
			return -1;
		}
		poll(&polled, 1, 10);
		link_watch_read(watch);
	}
	/* From now on what appears is new. */
	link_watch_read(watch);
	return 0;
}

void link_watch_find_silent(void (*tell)(void *with, const char *name), void *with)
{
	FILE *file = fopen("/proc/net/dev", "re");
	uint64_t packets;
	char *line = NULL;
	size_t size = 0;
	char name[IF_NAMESIZE];

	while (file != NULL && getline(&line, &size, file) >= 0) {
		if (proc_net_received(line, name, &packets) && packets == 0)
			tell(with, name);
	}
	free(line);
	if (file != NULL)
		fclose(file);
}

/* What cannot be read says of no interface that it is the node's. */
static void mark_uplinks(struct link_table *table, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	char name[IF_NAMESIZE];

	while (file != NULL && getline(&line, &size, file) >= 0) {
		if (proc_net_default_route(line, name))
			link_table_uplink(table, name);
	}
	free(line);
	if (file != NULL)
		fclose(file);
}

struct link_watch *link_watch_open(void)
{
	struct link_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL) {
		log_error("out of memory for the list of interfaces");
		return NULL;
	}
	watch->fd = -1;
	if (link_table_init(&watch->table, LINK_WATCH_MAX) == 0 && open_socket(watch) == 0 &&
	    read_first(watch) == 0) {
		mark_uplinks(&watch->table, "/proc/net/route");
		mark_uplinks(&watch->table, "/proc/net/ipv6_route");
		return watch;
	}
	log_error("cannot list interfaces: %s", strerror(errno));
	link_watch_close(watch);
	return NULL;
}

void link_watch_close(struct link_watch *watch)
{
	if (watch == NULL)
		return;
	if (watch->fd >= 0)
		close(watch->fd);
	link_table_clear(&watch->table);
	free(watch);
}
