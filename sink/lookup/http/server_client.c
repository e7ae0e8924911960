#include "sink/lookup/http/server_client.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "common/base/json.h"
#include "common/program/log.h"
#include "common/program/stop.h"

#define CONNECT_TIMEOUT_S 10L
#define SILENCE_S 60L /* without a byte: the server is lost */
#define URL_MAX 8192

struct server_client {
	CURL *easy;
	struct curl_slist *lines; /* the header of a POST */
	const char *url;
	struct text answer;
	char why[CURL_ERROR_SIZE];
};

static size_t take_bytes(char *bytes, size_t size, size_t count, void *user)
{
	struct server_client *client = user;

	text_add(&client->answer, bytes, size * count);
	return client->answer.failed ? 0 : size * count;
}

static int check_stop(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)user, (void)a, (void)b, (void)c, (void)d;
	return stop_requested();
}

struct server_client *server_client_open(const char *url)
{
	struct server_client *client = calloc(1, sizeof(*client));

	if (client == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(client);
		log_error("out of memory");
		return NULL;
	}
	client->url = url;
	client->easy = curl_easy_init();
	client->lines = curl_slist_append(NULL, "Content-Type: application/x-ndjson");
	text_init(&client->answer, SERVER_ANSWER_MAX);
	if (client->easy == NULL || client->lines == NULL) {
		log_error("out of memory");
		server_client_close(client);
		return NULL;
	}
	curl_easy_setopt(client->easy, CURLOPT_USERAGENT, "tenure-lookup");
	curl_easy_setopt(client->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(client->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(client->easy, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(client->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(client->easy, CURLOPT_LOW_SPEED_TIME, SILENCE_S);
	curl_easy_setopt(client->easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(client->easy, CURLOPT_XFERINFOFUNCTION, check_stop);
	curl_easy_setopt(client->easy, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(client->easy, CURLOPT_WRITEDATA, client);
	curl_easy_setopt(client->easy, CURLOPT_ERRORBUFFER, client->why);
	return client;
}

void server_client_close(struct server_client *client)
{
	if (client == NULL)
		return;
	curl_easy_cleanup(client->easy);
	curl_slist_free_all(client->lines);
	text_free(&client->answer);
	free(client);
	curl_global_cleanup();
}

/* The URL may end with a slash; TARGET begins with one. -1 if it is too long. */
static int set_url(struct server_client *client, const char *target)
{
	size_t length = strlen(client->url);
	struct text url;
	int rc;

	while (length > 0 && client->url[length - 1] == '/')
		length--;
	text_init(&url, URL_MAX);
	text_add(&url, client->url, length);
	text_add_string(&url, target);
	curl_easy_setopt(client->easy, CURLOPT_URL, text_terminate(&url));
	rc = url.failed ? -1 : 0;
	text_free(&url);
	return rc;
}

/* Logs why the answer, with STATUS, is not one of ours. */
static void report_refusal(const struct server_client *client, long status)
{
	enum scan_outcome outcome;
	struct json_object *problem =
		json_parse(client->answer.data, client->answer.length, &outcome);
	const char *detail;

	if (problem != NULL && json_text(problem, "detail", &detail) == JSON_FOUND)
		log_error("%s: %s", client->url, detail);
	else
		log_error("%s: answers with HTTP status %ld", client->url, status);
	json_free(problem);
}

int server_client_request(struct server_client *client, const char *target, struct span body,
			  struct text *out)
{
	CURLcode code;
	long status = 0;

	text_clear(&client->answer);
	client->why[0] = '\0';
	if (set_url(client, target) < 0) {
		log_error("--server: the URL is too long");
		return -1;
	}
	if (body.data != NULL) {
		curl_easy_setopt(client->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(client->easy, CURLOPT_POSTFIELDS, body.data);
		curl_easy_setopt(client->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)body.length);
		curl_easy_setopt(client->easy, CURLOPT_HTTPHEADER, client->lines);
	} else {
		curl_easy_setopt(client->easy, CURLOPT_HTTPGET, 1L);
		curl_easy_setopt(client->easy, CURLOPT_HTTPHEADER, NULL);
	}
	code = curl_easy_perform(client->easy);
	if (code != CURLE_OK) {
		log_error("%s: %s", client->url,
			  client->why[0] != '\0' ? client->why : curl_easy_strerror(code));
		return -1;
	}
	curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200) {
		report_refusal(client, status);
		return status == 404 ? 0 : -1;
	}
	text_add(out, client->answer.data, client->answer.length);
	return 1;
}
