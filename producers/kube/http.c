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

#define USER_AGENT "tenure-kube" /* for curl's own the API server indents: twice the bytes */
#define CONNECT_TIMEOUT_S 10L
#define SILENCE_MS 30000              /* bytes unanswered for this long: the connection is dead */
#define URL_MAX 65536                 /* bytes */
#define TURN_BYTES (4u * 1024 * 1024) /* then the turn ends: the caller removes them */

struct http {
	struct access *access;
	CURLM *multi;
	struct http_request *requests;
	struct curl_slist *connect_to; /* the server's address, with a tls-server-name */
	struct text base;              /* the URL before every path */
	struct text host;              /* the value of a Host: header, or empty */
	bool loopback;
	size_t received; /* bytes, of every request */
	bool drained;
};

static size_t take_bytes(char *bytes, size_t size, size_t count, void *user)
{
	struct http_request *request = user;

	request->http->received += size * count;
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

static bool is_loopback(const char *host)
{
	return strncmp(host, "localhost", 9) == 0 || strncmp(host, "127.", 4) == 0 ||
	       strncmp(host, "[::1]", 5) == 0;
}

/* libcurl has no option for the TLS name alone: the URL gets that name, and CONNECT_TO the
 * server's address. */
static int set_names(struct http *http)
{
	const struct access *access = http->access;
	const char *host = strstr(access->server, "://") + 3;
	const char *path = host + strcspn(host, "/");
	struct text target;

	http->loopback = is_loopback(host);
	if (access->tls_server_name == NULL) {
		text_add_string(&http->base, access->server);
		return http->base.failed ? -1 : 0;
	}
	text_init(&target, URL_MAX);
	text_add_format(&http->base, "https://%s%s", access->tls_server_name, path);
	text_add(&http->host, host, (size_t)(path - host));
	host = text_terminate(&http->host);
	text_add_format(&target, "::%s%s", host, strchr(host, ':') != NULL ? "" : ":443");
	http->connect_to = curl_slist_append(NULL, text_terminate(&target));
	text_free(&target);
	return http->base.failed || http->connect_to == NULL ? -1 : 0;
}

static int open_multi(struct http *http)
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
		log_error("out of memory");
		return NULL;
	}
	http->access = access;
	text_init(&http->base, URL_MAX);
	text_init(&http->host, URL_MAX);
	if (open_multi(http) < 0 || set_names(http) < 0) {
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
	else if (http->loopback)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (http->connect_to != NULL)
		curl_easy_setopt(easy, CURLOPT_CONNECT_TO, http->connect_to);
}

static void set_manners(const struct access *access, CURL *easy, enum http_form form,
			long timeout_s)
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
	if (form == HTTP_WHOLE && !access->uncompressed)
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

/* Adds the header line NAME followed by VALUE. -1 if out of memory. */
static int add_header(struct curl_slist **list, const char *name, const char *value)
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

/* Sets the URL and the headers. -1 if out of memory. */
static int set_request(struct http_request *request, const char *path, const char *accept)
{
	const struct http *http = request->http;
	const struct words *impersonation = &http->access->headers;
	const char *token = http->access->token.data;
	struct text url;
	int rc = -1;

	text_init(&url, URL_MAX);
	text_add(&url, http->base.data, http->base.length);
	text_add_string(&url, path);
	if (add_header(&request->headers, "Accept: ", accept) < 0 ||
	    (token != NULL && add_header(&request->headers, "Authorization: Bearer ", token) < 0) ||
	    (http->host.length > 0 &&
	     add_header(&request->headers, "Host: ", http->host.data) < 0) ||
	    url.failed)
		goto out;
	for (size_t i = 0; i < impersonation->count; i++)
		if (add_header(&request->headers, impersonation->list[i], "") < 0)
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
	if (request->easy == NULL || set_request(request, path, accept) < 0)
		goto out;
	set_trust(http, request->easy);
	set_manners(http->access, request->easy, form, timeout_s);
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

/* libcurl quotes a proxy's URL that it cannot read, with the password in it. */
static void hide_user(char *message)
{
	for (char *at = strchr(message, '@'); at != NULL; at = strchr(at + 1, '@'))
		for (char *c = at; c > message && strchr("/'\" ", c[-1]) == NULL; c--)
			c[-1] = '*';
}

static void finish(struct http_request *request, CURLcode code)
{
	request->ended = true;
	request->failure = failure_of(code, request->body);
	if (code != CURLE_OK && request->message[0] == '\0')
		snprintf(request->message, sizeof(request->message), "%s",
			 curl_easy_strerror(code));
	hide_user(request->message);
}

static void update(struct http_request *request)
{
	curl_off_t retry_after = 0;
	long version = 0;

	curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &request->status);
	curl_easy_getinfo(request->easy, CURLINFO_LOCAL_PORT, &request->connection);
	curl_easy_getinfo(request->easy, CURLINFO_HTTP_VERSION, &version);
	curl_easy_getinfo(request->easy, CURLINFO_RETRY_AFTER, &retry_after);
	if (request->ended && request->status == 401)
		request->http->access->refused = true;
	request->multiplexed = version == CURL_HTTP_VERSION_2_0;
	request->retry_after_s = retry_after;
}

/* Transfers bytes once, and notes which requests have ended. */
static int transfer(struct http *http, int timeout_ms)
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

	if (transfer(http, timeout_ms) < 0)
		return -1;
	while (http->received != before && http->received - start < TURN_BYTES) {
		before = http->received;
		if (transfer(http, 0) < 0)
			return -1;
	}
	http->drained = http->received == before;
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
	text_free(&http->base);
	text_free(&http->host);
	free(http);
	curl_global_cleanup();
}
