#define _GNU_SOURCE /* accept4 */
#include "sink/lookup/dns/dns_tcp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PREFIX 2 /* bytes of a message's length */

struct connection {
	int fd; /* -1: the place is free */
	struct when deadline;
	bool waits; /* for the upstream server */
	bool ended; /* the client sends no more */
	uint8_t in[PREFIX + DNS_TCP_QUESTION_MAX];
	size_t in_length;
	uint8_t *out; /* NULL: no answer to send */
	size_t out_length, out_sent;
};

struct dns_tcp {
	struct dns_responder *responder;
	size_t open; /* of the places below, those that are not free; so most turns look at none */
	struct connection connections[DNS_TCP_CONNECTIONS_MAX];
	struct dns_tcp_stats stats;
};

struct dns_tcp *dns_tcp_new(struct dns_responder *responder)
{
	struct dns_tcp *tcp = calloc(1, sizeof(*tcp));

	if (tcp == NULL)
		return NULL;
	tcp->responder = responder;
	for (size_t i = 0; i < DNS_TCP_CONNECTIONS_MAX; i++)
		tcp->connections[i].fd = -1;
	return tcp;
}

static void drop(struct dns_tcp *tcp, struct connection *connection)
{
	if (connection->fd >= 0) {
		close(connection->fd);
		tcp->open--;
	}
	free(connection->out);
	*connection = (struct connection){.fd = -1};
}

void dns_tcp_free(struct dns_tcp *tcp)
{
	if (tcp == NULL)
		return;
	for (size_t i = 0; i < DNS_TCP_CONNECTIONS_MAX; i++)
		drop(tcp, &tcp->connections[i]);
	free(tcp);
}

/* A free place, if necessary that of the connection whose deadline is next. */
static struct connection *place_for_one(struct dns_tcp *tcp)
{
	struct connection *next = tcp->connections;

	for (size_t i = 0; i < DNS_TCP_CONNECTIONS_MAX; i++) {
		struct connection *connection = &tcp->connections[i];

		if (connection->fd < 0)
			return connection;
		if (when_before(connection->deadline, next->deadline))
			next = connection;
	}
	tcp->stats.displaced++;
	drop(tcp, next);
	return next;
}

void dns_tcp_accept(struct dns_tcp *tcp, int listener, struct when now)
{
	for (size_t i = 0; i < DNS_TCP_CONNECTIONS_MAX; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct connection *connection;

		if (fd < 0)
			return;
		connection = place_for_one(tcp);
		connection->fd = fd;
		tcp->open++;
		connection->deadline = when_add(now, DNS_TCP_IDLE_NS);
		tcp->stats.connections++;
	}
}

/* ---- One connection ---- */

/* How many bytes the question at the start of the buffer has with its length; 0 if that is not there yet.
 */
static size_t question_size(const struct connection *connection)
{
	if (connection->in_length < PREFIX)
		return 0;
	return PREFIX + ((size_t)connection->in[0] << 8 | connection->in[1]);
}

/* Writes what it can. Returns false if the connection is over. */
static bool write_out(struct connection *connection, struct when now)
{
	while (connection->out_sent < connection->out_length) {
		ssize_t sent = send(connection->fd, connection->out + connection->out_sent,
				    connection->out_length - connection->out_sent, MSG_NOSIGNAL);

		if (sent < 0)
			return errno == EAGAIN || errno == EINTR;
		connection->out_sent += (size_t)sent;
	}
	free(connection->out);
	connection->out = NULL;
	connection->out_length = connection->out_sent = 0;
	connection->deadline = when_add(now, DNS_TCP_IDLE_NS);
	return true;
}

/* Makes REPLY the answer to send. Returns false if out of memory. */
static bool take_reply(struct connection *connection, const struct dns_reply *reply,
		       struct when now)
{
	connection->out = malloc(PREFIX + reply->length);
	if (connection->out == NULL)
		return false;
	connection->out[0] = (uint8_t)(reply->length >> 8);
	connection->out[1] = (uint8_t)reply->length;
	memcpy(connection->out + PREFIX, reply->bytes, reply->length);
	connection->out_length = PREFIX + reply->length;
	connection->out_sent = 0;
	connection->deadline = when_add(now, DNS_TCP_IDLE_NS);
	return true;
}

/* Answers the question of SIZE bytes at the start of the buffer, unless it waits. Returns false if
 * the connection is over. */
static bool answer(struct dns_tcp *tcp, struct connection *connection, size_t size, struct when now)
{
	struct dns_reply reply = dns_responder_reply(tcp->responder, connection->in + PREFIX,
						     size - PREFIX, DNS_TCP, true, now);

	connection->waits = reply.status == DNS_REPLY_WAITS;
	if (connection->waits)
		return true;
	if (reply.status == DNS_REPLY_NONE || !take_reply(connection, &reply, now))
		return false;
	connection->in_length -= size;
	memmove(connection->in, connection->in + size, connection->in_length);
	return write_out(connection, now);
}

/* Answers the questions that are whole, one after the other. */
static bool answer_all(struct dns_tcp *tcp, struct connection *connection, struct when now)
{
	while (connection->out == NULL) {
		size_t size = question_size(connection);

		if (size > sizeof(connection->in)) {
			tcp->stats.too_long++;
			return false;
		}
		if (size == 0 || size > connection->in_length)
			break;
		if (!answer(tcp, connection, size, now))
			return false;
		if (connection->waits)
			return true;
	}
	/* Whoever closed its side may still wait for answers, but sends no more of a question. */
	return !connection->ended || connection->out != NULL;
}

/* Reads what there is room for. Returns false if the connection is over. */
static bool read_in(struct connection *connection, struct when now)
{
	while (!connection->ended && connection->in_length < sizeof(connection->in)) {
		ssize_t got = recv(connection->fd, connection->in + connection->in_length,
				   sizeof(connection->in) - connection->in_length, 0);

		if (got < 0)
			return errno == EAGAIN || errno == EINTR;
		if (got == 0)
			connection->ended = true;
		else if (connection->in_length == 0 && connection->out == NULL)
			connection->deadline = when_add(now, DNS_TCP_READ_NS);
		connection->in_length += (size_t)got;
	}
	return true;
}

static bool turn(struct dns_tcp *tcp, struct connection *connection, short events, struct when now)
{
	if ((events & (POLLERR | POLLNVAL)) != 0)
		return false;
	if ((events & POLLOUT) != 0 && connection->out != NULL && !write_out(connection, now))
		return false;
	if ((events & (POLLIN | POLLHUP)) != 0 && !read_in(connection, now))
		return false;
	return connection->waits || answer_all(tcp, connection, now);
}

/* ---- All of them ---- */

/* What a connection waits for; 0 if only for the upstream server. */
static short events_of(const struct connection *connection)
{
	if (connection->out != NULL)
		return POLLOUT;
	return connection->waits ? 0 : POLLIN;
}

size_t dns_tcp_fds(const struct dns_tcp *tcp, struct pollfd fds[static DNS_TCP_CONNECTIONS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < DNS_TCP_CONNECTIONS_MAX && count < tcp->open; i++) {
		const struct connection *connection = &tcp->connections[i];

		if (connection->fd >= 0)
			fds[count++] = (struct pollfd){connection->fd, events_of(connection), 0};
	}
	return count;
}

void dns_tcp_turn(struct dns_tcp *tcp, const struct pollfd *fds, size_t count, struct when now)
{
	size_t f = 0, left = tcp->open;

	for (size_t i = 0; i < DNS_TCP_CONNECTIONS_MAX && left > 0; i++) {
		struct connection *connection = &tcp->connections[i];
		short events = 0;

		if (connection->fd < 0)
			continue;
		left--;
		if (f < count && fds[f].fd == connection->fd)
			events = fds[f++].revents;
		if (events != 0 && !turn(tcp, connection, events, now)) {
			drop(tcp, connection);
		} else if (when_not_after(connection->deadline, now)) {
			tcp->stats.late++;
			drop(tcp, connection);
		}
	}
}

void dns_tcp_retry(struct dns_tcp *tcp, struct when now)
{
	for (size_t i = 0; i < DNS_TCP_CONNECTIONS_MAX; i++) {
		struct connection *connection = &tcp->connections[i];

		if (connection->fd >= 0 && connection->waits && !answer_all(tcp, connection, now))
			drop(tcp, connection);
	}
}

struct dns_tcp_stats dns_tcp_stats(const struct dns_tcp *tcp)
{
	struct dns_tcp_stats stats = tcp->stats;

	stats.open = tcp->open;
	return stats;
}
