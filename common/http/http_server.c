#include "common/http/http_server.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "common/http/http_accept.h"
#include "common/http/http_exchange.h"
#include "common/http/http_peers.h"
#include "common/program/log.h"

#define STREAM_PIECE (32u * 1024) /* bytes that a stream is asked for */

/* Of a pause. */
#define PAUSE_TURNS 32
#define PAUSE_TURN_MS 1

struct http_server {
	struct MHD_Daemon *daemon;
	struct http_server_options options;
	struct http_server_stats stats;
	struct http_peers waiting, reading; /* for a request; an answer that is whole */
	struct when now;
	uint64_t answers[HTTP_ROUTES_MAX + 1][HTTP_CLASSES];
	size_t connections, scarce; /* from so many on those that wait give way */
	struct http_budget budget;
};

/* ---- Connections ---- */

__attribute__((format(printf, 2, 0))) static void library_log(void *user, const char *format,
							      va_list arguments)
{
	char line[512];

	(void)user;
	vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	log_debug("http: %s", line);
}

static struct http_peer *peer_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;
}

static void connection_changed(void *user, struct MHD_Connection *connection, void **context,
			       enum MHD_ConnectionNotificationCode what)
{
	struct http_server *server = user;
	struct http_peer *peer = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		server->connections++;
		peer = calloc(1, sizeof(*peer));
		*context = peer;
		if (peer == NULL)
			return;
		peer->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
				   ->connect_fd;
		http_peers_add(&server->waiting, peer, server->now);
		return;
	}
	server->connections--;
	if (peer != NULL)
		http_peers_remove(peer);
	free(peer);
}

/* ---- One request ---- */

static void *request_begun(void *user, const char *target, struct MHD_Connection *connection)
{
	struct http_server *server = user;

	(void)connection;
	server->stats.requests++;
	return http_exchange_begin(&server->budget, target);
}

static void request_ended(void *user, struct MHD_Connection *connection, void **context,
			  enum MHD_RequestTerminationCode why)
{
	struct http_server *server = user;
	struct http_peer *peer = peer_of(connection);

	(void)why;
	http_exchange_end(*context);
	*context = NULL;
	if (peer != NULL)
		http_peers_add(&server->waiting, peer, server->now);
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* ---- The answer ---- */

static ssize_t read_stream(void *user, uint64_t position, char *bytes, size_t room)
{
	struct http_exchange *exchange = user;
	ssize_t length = http_exchange_read(exchange, bytes, room);

	(void)position;
	if (length < 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (exchange->waiting) {
		MHD_suspend_connection(exchange->connection);
		return 0;
	}
	return length == 0 ? MHD_CONTENT_READER_END_OF_STREAM : length;
}

static void add_headers(struct MHD_Response *response, const struct http_exchange *exchange,
			const char *etag)
{
	const struct http_reply *reply = &exchange->reply;

	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, reply->cache_control);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (etag[0] != '\0')
		MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, etag);
	if (reply->allow != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, reply->allow);
	if (reply->policy != NULL)
		MHD_add_response_header(response, "Content-Security-Policy", reply->policy);
	if (reply->encoding != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING,
					reply->encoding);
	if (reply->by_encoding)
		MHD_add_response_header(response, MHD_HTTP_HEADER_VARY,
					MHD_HTTP_HEADER_ACCEPT_ENCODING);
	if (exchange->busy)
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
}

/* Sets the entity tag of a whole answer, ETAG, which the request may have named (RFC 9110 13.2.2). */
static void check_tag(struct http_reply *reply, struct MHD_Connection *connection,
		      char etag[static HTTP_ETAG_SIZE])
{
	const char *match = header(connection, MHD_HTTP_HEADER_IF_MATCH);
	const char *none_match = header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH);

	http_reply_etag(text_span(&reply->body), etag);
	if (match != NULL && !http_reply_has_tag(match, etag, false)) {
		etag[0] = '\0';
		http_reply_problem(reply, MHD_HTTP_PRECONDITION_FAILED,
				   "If-Match: the answer is another one now");
	} else if (http_reply_has_tag(none_match, etag, true)) {
		/* The library sends the length of the body, as it must, but not the body. */
		reply->status = MHD_HTTP_NOT_MODIFIED;
	}
}

static void count_answer(struct http_server *server, const struct http_exchange *exchange)
{
	ptrdiff_t at = exchange->route == NULL ? HTTP_ROUTES_MAX
					       : exchange->route - server->options.routes;
	unsigned class = exchange->reply.status / 100;

	if (class < HTTP_CLASSES)
		server->answers[at < HTTP_ROUTES_MAX ? at : HTTP_ROUTES_MAX][class]++;
}

static enum MHD_Result send_reply(struct http_exchange *exchange, struct MHD_Connection *connection)
{
	struct http_reply *reply = &exchange->reply;
	struct MHD_Response *response;
	char etag[HTTP_ETAG_SIZE] = "";
	enum MHD_Result queued;
	struct span body;

	if (reply->status == 200 && reply->next == NULL && !reply->untagged)
		check_tag(reply, connection, etag);
	body = text_span(&reply->body);
	/* The body outlives the response: both end with the exchange. */
	response =
		reply->next != NULL
			? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PIECE,
							    read_stream, exchange, NULL)
			: MHD_create_response_from_buffer(body.length, (void *)(uintptr_t)body.data,
							  MHD_RESPMEM_PERSISTENT);
	if (response == NULL)
		return MHD_NO;
	add_headers(response, exchange, etag);
	queued = MHD_queue_response(connection, reply->status, response);
	MHD_destroy_response(response);
	return queued;
}

/* The library calls this once when the headers have been read, then for each piece of the body, and
 * once at the end. Only an answer to the last call leaves the connection usable. */
static enum MHD_Result request_moved(void *user, struct MHD_Connection *connection,
				     const char *target, const char *method, const char *version,
				     const char *bytes, size_t *length, void **context)
{
	struct http_server *server = user;
	struct http_exchange *exchange = *context;
	struct http_peer *peer = peer_of(connection);
	enum MHD_Result queued;

	(void)target;
	(void)version;
	if (exchange == NULL || peer == NULL)
		return MHD_NO;
	if (!exchange->begun) {
		const struct http_head head = {
			.method = method,
			.host = header(connection, MHD_HTTP_HEADER_HOST),
			.content_type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE),
			.target = exchange->call.target,
			.outcome = exchange->outcome,
		};

		exchange->begun = true;
		exchange->connection = connection;
		exchange->call.gzip =
			http_accept_gzip(header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING));
		exchange->route = http_routes_find(server->options.routes, server->options.hosts,
						   &head, &exchange->reply);
		return MHD_YES;
	}
	if (*length > 0) {
		http_exchange_add(exchange, bytes, *length);
		*length = 0;
		return MHD_YES;
	}
	http_peers_remove(peer);
	http_exchange_answer(exchange, server->options.user);
	server->stats.busy += exchange->busy;
	server->stats.refused += exchange->reply.status >= 400 && exchange->reply.status < 500;
	if (exchange->reply.next == NULL)
		http_peers_add(&server->reading, peer, server->now);
	queued = send_reply(exchange, connection);
	count_answer(server, exchange);
	return queued;
}

/* ---- The server ---- */

struct http_server *http_server_open(int fd, const struct http_server_options *options)
{
	struct http_server *server = calloc(1, sizeof(*server));
	unsigned most =
		options->connections_max > 0 ? options->connections_max : HTTP_CONNECTIONS_MAX;

	if (server != NULL) {
		server->options = *options;
		server->scarce = most * 3 / 4;
		server->budget.body_max = options->body_max;
		server->budget.memory_max = options->memory_max;
		server->now = when_now();
		server->daemon = MHD_start_daemon(
			MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
			request_moved, server, MHD_OPTION_EXTERNAL_LOGGER, library_log, NULL,
			MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, most,
			MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_HEADERS_MAX,
			MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_REQUEST_S,
			MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
			MHD_OPTION_URI_LOG_CALLBACK, request_begun, server,
			MHD_OPTION_NOTIFY_CONNECTION, connection_changed, server,
			MHD_OPTION_NOTIFY_COMPLETED, request_ended, server, MHD_OPTION_END);
	}
	if (server != NULL && server->daemon != NULL)
		return server;
	log_error("http: libmicrohttpd cannot serve");
	close(fd);
	free(server);
	return NULL;
}

void http_server_close(struct http_server *server)
{
	if (server == NULL)
		return;
	/* The library forbids to stop while connections are suspended. */
	http_server_wake(server);
	MHD_stop_daemon(server->daemon);
	http_budget_clear(&server->budget);
	free(server);
}

struct pollfd http_server_fd(const struct http_server *server)
{
	return (struct pollfd){
		.fd = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
		.events = POLLIN};
}

int http_server_timeout_ms(const struct http_server *server)
{
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	if (MHD_get_timeout(server->daemon, &timeout_ms) != MHD_YES)
		return -1;
	return timeout_ms > 1000 ? 1000 : (int)timeout_ms;
}

int http_server_turn(struct http_server *server, struct when now)
{
	struct when deadline = when_add(now, -HTTP_REQUEST_S * NS_PER_SECOND);
	bool scarce = server->connections >= server->scarce;

	server->now = now;
	if (MHD_run(server->daemon) != MHD_YES) {
		log_error("http: libmicrohttpd cannot continue");
		return -1;
	}
	server->stats.timed_out += http_peers_shut(&server->waiting, deadline, scarce);
	if (scarce)
		server->stats.timed_out += http_peers_shut(
			&server->reading, when_add(now, -HTTP_READ_S * NS_PER_SECOND), false);
	return 0;
}

int http_server_pause(struct http_server *server)
{
	struct pollfd fd = http_server_fd(server);

	for (int turns = 0; turns < PAUSE_TURNS; turns++) {
		if (http_server_turn(server, when_now()) < 0)
			return -1;
		if (http_server_timeout_ms(server) != 0 && poll(&fd, 1, PAUSE_TURN_MS) <= 0)
			break;
	}
	return 0;
}

void http_server_wake(struct http_server *server)
{
	struct http_exchange *exchange;

	while ((exchange = http_exchange_wake(&server->budget)) != NULL)
		MHD_resume_connection(exchange->connection);
}

struct http_server_stats http_server_stats(const struct http_server *server)
{
	return server->stats;
}

struct table_use http_server_connections(const struct http_server *server)
{
	unsigned most = server->options.connections_max;

	return (struct table_use){"http_connections", server->connections,
				  most > 0 ? most : HTTP_CONNECTIONS_MAX};
}

const uint64_t *http_server_answers(const struct http_server *server, size_t at)
{
	return server->answers[at];
}
