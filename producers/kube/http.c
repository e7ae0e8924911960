#include "producers/kube/http.h"

#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "common/base/when.h"
#include "common/program/log.h"
#include "producers/kube/gunzip.h"
#include "producers/kube/http_message.h"
#include "producers/kube/server_url.h"

#define USER_AGENT "tenure-kube" /* for curl's own the API server indents: twice the bytes */
#define CONNECT_TIMEOUT_S 10L
#define SILENCE_MS 30000          /* bytes unanswered for this long: the connection is dead */
#define TURN_BYTES (1024u * 1024) /* then the turn ends: the caller removes them */

struct http {
	struct access *access;
	CURLM *multi;
	struct http_request *requests;
	struct curl_slist *connect_to; /* or NULL */
	struct server_url url;
	size_t received; /* bytes, of every request */
	bool drained;
};

static size_t take_bytes(char *bytes, size_t size, size_t count, void *user)
{
	struct http_request *request = user;

	request->http->received += size * count;
	/* So begins gzip (RFC 1952), and no JSON. */
	if (!request->begun && *bytes == 0x1f) {
		request->gunzip = gunzip_open();
		if (request->gunzip == NULL)
			return 0;
	}
	request->begun = true;
	if (request->gunzip != NULL) {
		request->unpacking = true;
		return gunzip_add(request->gunzip, bytes, size * count) < 0 ? 0 : size * count;
	}
	text_add(request->body, bytes, size * count);
	return request->body->failed ? 0 : size * count;
}

static int tend_socket(void *user, curl_socket_t fd, curlsocktype purpose)
{
	unsigned silence_ms = SILENCE_MS;

	(void)user;
	(void)purpose;
	/* Without it a half-open connection is noticed only after a quarter of an hour. */
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence_ms, sizeof(silence_ms));
	return CURL_SOCKOPT_OK;
}

static int open_multi(struct http *http)
{
	http->multi = curl_multi_init();
	if (http->multi == NULL)
		return -1;
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	return 0;
}

/* Adds the line NAME followed by VALUE. -1 if out of memory. */
static int add_line(struct curl_slist **list, const char *name, const char *value)
{
	struct curl_slist *longer;
	struct text line;

	text_init(&line, ACCESS_FILE_MAX + 64);
	text_add_format(&line, "%s%s", name, value);
	longer = curl_slist_append(*list, text_terminate(&line));
	text_free(&line);
	if (longer == NULL)
		return -1;
	*list = longer;
	return 0;
}

struct http *http_open(struct access *access)
{
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(http);
		log_error("out of memory");
		return NULL;
	}
	http->access = access;
	if (server_url_make(&http->url, access->server, access->tls_server_name) < 0 ||
	    open_multi(http) < 0 ||
	    (http->url.connect_to.length > 0 &&
	     add_line(&http->connect_to, "", http->url.connect_to.data) < 0)) {
		log_error("out of memory");
		http_close(http);
		return NULL;
	}
	return http;
}

static void set_bytes(CURL *easy, CURLoption option, const struct access_bytes *bytes)
{
	/* A copy, because credentials.h replaces the bytes while requests run. */
	struct curl_blob blob = {bytes->data, bytes->length, CURL_BLOB_COPY};

	if (bytes->data != NULL)
		curl_easy_setopt(easy, option, &blob);
}

static void set_trust(struct http *http, CURL *easy)
{
	const struct access *access = http->access;

	set_bytes(easy, CURLOPT_CAINFO_BLOB, &access->authority);
	set_bytes(easy, CURLOPT_SSLCERT_BLOB, &access->certificate);
	set_bytes(easy, CURLOPT_SSLKEY_BLOB, &access->key);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, access->insecure ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, access->insecure ? 0L : 2L);
	if (access->proxy != NULL)
		curl_easy_setopt(easy, CURLOPT_PROXY, access->proxy);
	else if (http->url.loopback)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (http->connect_to != NULL)
		curl_easy_setopt(easy, CURLOPT_CONNECT_TO, http->connect_to);
}

static void set_manners(CURL *easy, long timeout_s)
{
	curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
	/* Wait for the first connection instead of opening a second one. */
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, timeout_s);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 10L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, tend_socket);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
}

/* Sets the URL and the headers. -1 if out of memory. */
static int set_request(struct http_request *request, const char *path, const char *accept,
		       enum http_form form)
{
	const struct http *http = request->http;
	const struct words *impersonation = &http->access->headers;
	const char *token = http->access->token.data;
	struct text url;
	int rc = -1;

	text_init(&url, SERVER_URL_MAX);
	text_add(&url, http->url.base.data, http->url.base.length);
	text_add_string(&url, path);
	if (add_line(&request->headers, "Accept: ", accept) < 0 ||
	    (token != NULL && add_line(&request->headers, "Authorization: Bearer ", token) < 0) ||
	    (http->url.host.length > 0 &&
	     add_line(&request->headers, "Host: ", http->url.host.data) < 0) ||
	    (form == HTTP_WHOLE && !http->access->uncompressed &&
	     add_line(&request->headers, "Accept-Encoding: ", "gzip") < 0) ||
	    url.failed)
		goto out;
	for (size_t i = 0; i < impersonation->count; i++)
		if (add_line(&request->headers, impersonation->list[i], "") < 0)
			goto out;
	curl_easy_setopt(request->easy, CURLOPT_URL, text_terminate(&url));
	curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->headers);
	rc = 0;
out:
	text_free(&url);
	return rc;
}

struct http_request *http_get(struct http *http, const char *path, const char *accept,
			      enum http_form form, long timeout_s, struct text *body)
{
	struct http_request *request = calloc(1, sizeof(*request));

	if (request == NULL)
		goto out;
	request->body = body;
	request->http = http;
	request->easy = curl_easy_init();
	if (request->easy == NULL || set_request(request, path, accept, form) < 0)
		goto out;
	set_trust(http, request->easy);
	set_manners(request->easy, timeout_s);
	curl_easy_setopt(request->easy, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(request->easy, CURLOPT_WRITEDATA, request);
	curl_easy_setopt(request->easy, CURLOPT_PRIVATE, request);
	curl_easy_setopt(request->easy, CURLOPT_ERRORBUFFER, request->message);
	curl_multi_add_handle(http->multi, request->easy);
	request->next = http->requests;
	http->requests = request;
	return request;
out:
	log_error("out of memory");
	http_release(request);
	return NULL;
}

void http_release(struct http_request *request)
{
	if (request == NULL)
		return;
	for (struct http_request **at = &request->http->requests; *at; at = &(*at)->next) {
		if (*at == request) {
			*at = request->next;
			break;
		}
	}
	if (request->easy != NULL) {
		curl_multi_remove_handle(request->http->multi, request->easy);
		curl_easy_cleanup(request->easy);
	}
	curl_slist_free_all(request->headers);
	gunzip_close(request->gunzip);
	free(request);
}

static enum http_failure failure_of(CURLcode code, const struct text *body)
{
	switch (code) {
	case CURLE_OK:
		return HTTP_FINE;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		return HTTP_UNREACHABLE;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return HTTP_UNTRUSTED;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TIMED_OUT;
	case CURLE_WRITE_ERROR:
		return body->failed ? HTTP_TOO_LARGE : HTTP_BROKEN;
	default:
		return HTTP_BROKEN;
	}
}

static void finish(struct http_request *request, CURLcode code)
{
	request->finished = true;
	request->failure = failure_of(code, request->body);
	if (code != CURLE_OK && request->message[0] == '\0')
		snprintf(request->message, sizeof(request->message), "%s",
			 curl_easy_strerror(code));
	http_message_clean(request->message, sizeof(request->message));
}

static int64_t date_of(const struct http_request *request)
{
	struct curl_header *header;

	if (curl_easy_header(request->easy, "Date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return 0;
	return curl_getdate(header->value, NULL);
}

static void update(struct http_request *request)
{
	curl_off_t retry_after = 0;
	long version = 0;

	curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &request->status);
	curl_easy_getinfo(request->easy, CURLINFO_LOCAL_PORT, &request->connection);
	curl_easy_getinfo(request->easy, CURLINFO_HTTP_VERSION, &version);
	curl_easy_getinfo(request->easy, CURLINFO_RETRY_AFTER, &retry_after);
	if (request->ended && request->date == 0)
		request->date = date_of(request);
	if (request->ended && request->status == 401)
		request->http->access->refused = true;
	request->multiplexed = version == CURL_HTTP_VERSION_2_0;
	request->retry_after_s = retry_after;
}

/* Transfers bytes once, and notes which requests have ended. */
static int transfer(struct http *http, int fd, int timeout_ms)
{
	struct curl_waitfd wake = {.fd = fd, .events = CURL_WAIT_POLLIN};
	int running, left;
	CURLMcode code = curl_multi_poll(http->multi, &wake, fd >= 0, timeout_ms, NULL);

	if (code == CURLM_OK)
		code = curl_multi_perform(http->multi, &running);
	if (code != CURLM_OK) {
		log_error("libcurl: %s", curl_multi_strerror(code));
		return -1;
	}
	for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left));) {
		struct http_request *request = NULL;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
		if (message->msg == CURLMSG_DONE)
			finish(request, message->data.result);
	}
	return 0;
}

static void unpack_piece(struct http_request *request)
{
	enum gunzip_status status = gunzip_move(request->gunzip, request->body, TURN_BYTES);

	request->unpacking = status == GUNZIP_MORE && !request->body->failed;
	if (status == GUNZIP_WRONG)
		snprintf(request->message, sizeof(request->message), "the gzip is damaged");
	if (status == GUNZIP_WRONG || request->body->failed)
		finish(request, CURLE_WRITE_ERROR);
}

/* Unpacks some of what has come. True when there may be more to unpack. */
static bool unpack(struct http *http)
{
	bool more = false;

	for (struct http_request *request = http->requests; request; request = request->next) {
		if (request->unpacking)
			unpack_piece(request);
		request->ended = request->finished && !request->unpacking;
		more = more || request->unpacking;
	}
	return more;
}

/* Transfers bytes until nothing more has come, or TURN_BYTES have. */
static int transfer_all(struct http *http, int fd, int timeout_ms)
{
	size_t start = http->received, before = start;

	if (transfer(http, fd, timeout_ms) < 0)
		return -1;
	while (http->received != before && http->received - start < TURN_BYTES) {
		before = http->received;
		if (transfer(http, -1, 0) < 0)
			return -1;
	}
	http->drained = http->received == before;
	return 0;
}

int http_turn(struct http *http, int fd, int timeout_ms)
{
	/* What came is unpacked and used before more is read: that bounds the memory. */
	if (!unpack(http)) {
		if (transfer_all(http, fd, timeout_ms) < 0)
			return -1;
		if (unpack(http))
			http->drained = false;
	}
	for (struct http_request *request = http->requests; request != NULL;
	     request = request->next)
		update(request);
	return 0;
}

bool http_drained(const struct http *http)
{
	return http->drained;
}

int http_reconnect(struct http *http)
{
	assert(http->requests == NULL);
	curl_multi_cleanup(http->multi);
	if (open_multi(http) == 0)
		return 0;
	log_error("out of memory");
	return -1;
}

void http_close(struct http *http)
{
	if (http == NULL)
		return;
	while (http->requests != NULL)
		http_release(http->requests);
	curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->connect_to);
	server_url_free(&http->url);
	free(http);
	curl_global_cleanup();
}
