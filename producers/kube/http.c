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

#define USER_AGENT "tenure-kube" /* with curl's own the API server prints pretty, twice the bytes */
#define CONNECT_TIMEOUT_S 10L
#define SILENCE_MS 30000              /* unanswered bytes for so long: the connection is dead */
#define TOKEN_AGE_S 60                /* as client-go */
#define TURN_BYTES (4u * 1024 * 1024) /* read in one turn, before the caller takes them away */

struct http {
	struct access *access;
	CURLM *multi;
	struct http_request *requests;
	struct curl_slist *connect_to; /* where tls-server-name stands for another host */
	struct when token_read;
	char *base; /* the URL in front of every path */
	char *host; /* a Host: header, or NULL */
	bool loopback;
	size_t received; /* bytes, of every request */
	bool drained;
};

struct http_transfer {
	struct http *http;
	struct text *body;
	CURL *easy;
	struct curl_slist *headers;
};

static size_t take_bytes(char *bytes, size_t size, size_t count, void *user)
{
	struct http_transfer *transfer = user;

	transfer->http->received += size * count;
	text_add(transfer->body, bytes, size * count);
	return transfer->body->failed ? 0 : size * count;
}

static int tend_socket(void *user, curl_socket_t fd, curlsocktype purpose)
{
	unsigned silence_ms = SILENCE_MS;

	(void)user;
	(void)purpose;
	/* Without it a half-open connection is noticed after a quarter of an hour. */
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence_ms, sizeof(silence_ms));
	return CURL_SOCKOPT_OK;
}

static bool is_loopback(const char *server)
{
	const char *host = strstr(server, "://") + 3;

	return strncmp(host, "localhost", 9) == 0 || strncmp(host, "127.", 4) == 0 ||
	       strncmp(host, "[::1]", 5) == 0;
}

/* libcurl cannot be told a name for TLS alone: the URL gets that name, and CONNECT_TO
 * leads it to the server. */
static int set_names(struct http *http)
{
	const struct access *access = http->access;
	const char *host = strstr(access->server, "://") + 3;
	size_t host_length = strcspn(host, "/");
	struct text base, header, target;
	int rc = -1;

	text_init(&base, 4096);
	text_init(&header, 4096);
	text_init(&target, 4096);
	if (access->tls_server_name != NULL) {
		text_add_format(&base, "https://%s%s", access->tls_server_name, host + host_length);
		text_add_format(&header, "Host: %.*s", (int)host_length, host);
		text_add_format(&target, "::%.*s%s", (int)host_length, host,
				memchr(host, ':', host_length) ? "" : ":443");
		http->host = strdup(text_terminate(&header));
		http->connect_to = curl_slist_append(NULL, text_terminate(&target));
		if (http->host == NULL || http->connect_to == NULL)
			goto out;
	} else {
		text_add_string(&base, access->server);
	}
	http->base = strdup(text_terminate(&base));
	http->loopback = is_loopback(access->server);
	rc = http->base ? 0 : -1;
out:
	text_free(&target);
	text_free(&header);
	text_free(&base);
	return rc;
}

static int begin(struct http *http)
{
	http->multi = curl_multi_init();
	if (http->multi == NULL)
		return -1;
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	return 0;
}

struct http *http_open(struct access *access)
{
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(http);
		log_error("no memory");
		return NULL;
	}
	http->access = access;
	http->token_read = when_now();
	if (begin(http) < 0 || set_names(http) < 0) {
		log_error("no memory");
		http_close(http);
		return NULL;
	}
	return http;
}

static void set_bytes(CURL *easy, CURLoption option, const struct access_bytes *bytes)
{
	struct curl_blob blob = {bytes->data, bytes->length, CURL_BLOB_NOCOPY};

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
	else if (http->loopback)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (http->connect_to != NULL)
		curl_easy_setopt(easy, CURLOPT_CONNECT_TO, http->connect_to);
}

static void set_manners(CURL *easy, enum http_form form, long timeout_s)
{
	curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
	/* Wait for the first connection rather than open a second one beside it. */
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, timeout_s);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 10L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, tend_socket);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	if (form == HTTP_WHOLE)
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

static struct curl_slist *headers_for(struct http *http, const char *accept)
{
	const struct access *access = http->access;
	struct curl_slist *list = NULL, *longer;
	struct text line;

	text_init(&line, ACCESS_FILE_MAX + 64);
	text_add_format(&line, "Accept: %s", accept);
	list = curl_slist_append(NULL, text_terminate(&line));
	if (list != NULL && access->token) {
		text_clear(&line);
		text_add_format(&line, "Authorization: Bearer %s", access->token);
		longer = curl_slist_append(list, text_terminate(&line));
		list = longer != NULL ? longer : list;
	}
	if (list != NULL && http->host != NULL) {
		longer = curl_slist_append(list, http->host);
		list = longer != NULL ? longer : list;
	}
	text_free(&line);
	return list;
}

static void refresh_token(struct http *http)
{
	struct when now = when_now();

	if (when_since(now, http->token_read) < TOKEN_AGE_S * NS_PER_SECOND)
		return;
	access_refresh_token(http->access);
	http->token_read = now;
}

static void end_transfer(struct http *http, struct http_transfer *transfer)
{
	if (transfer == NULL)
		return;
	if (transfer->easy != NULL) {
		curl_multi_remove_handle(http->multi, transfer->easy);
		curl_easy_cleanup(transfer->easy);
	}
	curl_slist_free_all(transfer->headers);
	free(transfer);
}

static struct http_transfer *begin_transfer(struct http *http, const char *path, const char *accept)
{
	struct http_transfer *transfer = calloc(1, sizeof(*transfer));
	struct text url;

	if (transfer == NULL)
		return NULL;
	text_init(&url, 65536);
	text_add_string(&url, http->base);
	text_add_string(&url, path);
	transfer->easy = curl_easy_init();
	transfer->headers = headers_for(http, accept);
	if (transfer->easy != NULL)
		curl_easy_setopt(transfer->easy, CURLOPT_URL, text_terminate(&url));
	if (transfer->easy == NULL || !transfer->headers || url.failed) {
		end_transfer(http, transfer);
		transfer = NULL;
	}
	text_free(&url);
	return transfer;
}

struct http_request *http_get(struct http *http, const char *path, const char *accept,
			      enum http_form form, long timeout_s, struct text *body)
{
	struct http_request *request = calloc(1, sizeof(*request));
	CURL *easy;

	refresh_token(http);
	if (request != NULL)
		request->transfer = begin_transfer(http, path, accept);
	if (request == NULL || request->transfer == NULL) {
		log_error("no memory");
		free(request);
		return NULL;
	}
	request->body = request->transfer->body = body;
	request->transfer->http = http;
	easy = request->transfer->easy;
	set_trust(http, easy);
	set_manners(easy, form, timeout_s);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->transfer->headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, request->transfer);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->message);
	curl_multi_add_handle(http->multi, easy);
	request->next = http->requests;
	http->requests = request;
	return request;
}

void http_release(struct http *http, struct http_request *request)
{
	if (request == NULL)
		return;
	for (struct http_request **at = &http->requests; *at; at = &(*at)->next) {
		if (*at == request) {
			*at = request->next;
			break;
		}
	}
	end_transfer(http, request->transfer);
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
	request->ended = true;
	request->failure = failure_of(code, request->body);
	if (code != CURLE_OK && request->message[0] == '\0')
		snprintf(request->message, sizeof(request->message), "%s",
			 curl_easy_strerror(code));
}

static void look_at(struct http_request *request)
{
	curl_off_t retry_after = 0;
	long version = 0;

	curl_easy_getinfo(request->transfer->easy, CURLINFO_RESPONSE_CODE, &request->status);
	curl_easy_getinfo(request->transfer->easy, CURLINFO_LOCAL_PORT, &request->connection);
	curl_easy_getinfo(request->transfer->easy, CURLINFO_HTTP_VERSION, &version);
	curl_easy_getinfo(request->transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
	request->multiplexed = version == CURL_HTTP_VERSION_2_0;
	request->retry_after_s = retry_after;
}

/* Moves bytes once, and notes which requests have ended. */
static int move(struct http *http, int timeout_ms)
{
	int running, left;
	CURLMcode code = curl_multi_poll(http->multi, NULL, 0, timeout_ms, NULL);

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

int http_turn(struct http *http, int timeout_ms)
{
	size_t start = http->received, before = start;

	if (move(http, timeout_ms) < 0)
		return -1;
	while (http->received != before && http->received - start < TURN_BYTES) {
		before = http->received;
		if (move(http, 0) < 0)
			return -1;
	}
	http->drained = http->received == before;
	for (struct http_request *request = http->requests; request != NULL;
	     request = request->next)
		look_at(request);
	return 0;
}

bool http_drained(const struct http *http)
{
	return http->drained;
}

int http_reconnect(struct http *http)
{
	assert(!http->requests);
	curl_multi_cleanup(http->multi);
	if (begin(http) == 0)
		return 0;
	log_error("no memory");
	return -1;
}

void http_close(struct http *http)
{
	if (http == NULL)
		return;
	while (http->requests)
		http_release(http, http->requests);
	curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->connect_to);
	free(http->base);
	free(http->host);
	free(http);
	curl_global_cleanup();
}
