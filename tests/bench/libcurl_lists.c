/* libcurl_lists - how often a compressed list stands still in libcurl.
 *
 *   libcurl_lists SERVER CA-FILE TOKEN ROUNDS packed|unpacked
 *
 * Each round asks SERVER for two pages of pods at a time, over one HTTP/2 connection that also
 * has a quiet watch, as tenure-kube does. The answers are gzip, which is left packed or which
 * libcurl unpacks. Pages stand still when they have begun, and libcurl neither brings a byte of
 * any nor says that one has ended, for 8 s. The status is 1 when bytes are missing then:
 * tenure-kube does without the end. It needs a machine that is not overloaded.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#define STILL_S 8.0
#define PAGES 2

struct page {
	CURL *easy;
	size_t bytes;
	bool ended;
};

static size_t count_bytes(char *bytes, size_t size, size_t count, void *user)
{
	struct page *page = user;

	(void)bytes;
	page->bytes += size * count;
	return size * count;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void start(CURLM *multi, char **argv, const char *path, struct curl_slist *headers,
		  struct page *page)
{
	char url[512];

	*page = (struct page){.easy = curl_easy_init()};
	if (page->easy == NULL)
		exit(70);
	snprintf(url, sizeof(url), "%s%s", argv[1], path);
	curl_easy_setopt(page->easy, CURLOPT_URL, url);
	curl_easy_setopt(page->easy, CURLOPT_CAINFO, argv[2]);
	curl_easy_setopt(page->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(page->easy, CURLOPT_USERAGENT, "bench");
	curl_easy_setopt(page->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(page->easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(page->easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(page->easy, CURLOPT_WRITEFUNCTION, count_bytes);
	curl_easy_setopt(page->easy, CURLOPT_WRITEDATA, page);
	curl_easy_setopt(page->easy, CURLOPT_PRIVATE, page);
	curl_multi_add_handle(multi, page->easy);
}

static void end(CURLM *multi, struct page *page)
{
	curl_multi_remove_handle(multi, page->easy);
	curl_easy_cleanup(page->easy);
}

/* Transfers bytes, and returns how many transfers have ended. */
static int turn(CURLM *multi)
{
	int running, left, ended = 0;
	struct page *page;

	curl_multi_poll(multi, NULL, 0, 50, NULL);
	curl_multi_perform(multi, &running);
	for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &page);
		page->ended = true;
		ended++;
	}
	return ended;
}

/* One round. WHOLE is the length of a page, 0 while that is unknown. */
static void round_of_pages(CURLM *multi, char **argv, struct curl_slist *headers, size_t *whole,
			   int still[2])
{
	struct page pages[PAGES];
	size_t before = 0;
	int ended = 0;
	double heard = now_s();

	for (int i = 0; i < PAGES; i++) {
		start(multi, argv, "/api/v1/pods?limit=500", headers, &pages[i]);
		if (strcmp(argv[5], "unpacked") == 0)
			curl_easy_setopt(pages[i].easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	}
	while (ended < PAGES && now_s() - heard < STILL_S) {
		size_t total = 0;
		int more = turn(multi);

		for (int i = 0; i < PAGES; i++)
			total += pages[i].bytes;
		if (total == 0 || total != before || more > 0)
			heard = now_s();
		before = total;
		ended += more;
	}
	for (int i = 0; i < PAGES; i++) {
		if (pages[i].ended)
			*whole = pages[i].bytes;
		else
			still[*whole == 0 || pages[i].bytes < *whole]++;
		end(multi, &pages[i]);
	}
}

int main(int argc, char **argv)
{
	char line[512];
	struct curl_slist *token = NULL, *headers;
	struct page watch;
	size_t whole = 0;
	int still[2] = {0}, rounds = argc == 6 ? (int)strtol(argv[4], NULL, 10) : 0;
	CURLM *multi;

	if (rounds <= 0) {
		fprintf(stderr, "usage: libcurl_lists SERVER CA-FILE TOKEN ROUNDS "
				"packed|unpacked\n");
		return 64;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	snprintf(line, sizeof(line), "Authorization: Bearer %s", argv[3]);
	token = curl_slist_append(token, line);
	headers = curl_slist_append(NULL, line);
	if (strcmp(argv[5], "packed") == 0)
		headers = curl_slist_append(headers, "Accept-Encoding: gzip");
	start(multi, argv, "/api/v1/services?watch=1", token, &watch);
	for (int i = 0; i < 20; i++)
		turn(multi);
	for (int i = 0; i < rounds; i++)
		round_of_pages(multi, argv, headers, &whole, still);
	printf("libcurl %s, %s: of %d pages %d stood still at the end, %d before it\n",
	       curl_version_info(CURLVERSION_NOW)->version, argv[5], rounds * PAGES, still[0],
	       still[1]);
	end(multi, &watch);
	curl_multi_cleanup(multi);
	curl_slist_free_all(headers);
	curl_slist_free_all(token);
	curl_global_cleanup();
	return still[1] > 0;
}
