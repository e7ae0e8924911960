#include "producers/kube/channel.h"

#include <string.h>

#include "producers/kube/path.h"

#define PATH_MAX_BYTES 262144u
#define LIST_TIMEOUT_S 120L
#define WATCH_TIMEOUT_S 615L /* the server is asked to end it earlier */

void channel_init(struct channel *channel, struct watch *watch)
{
	*channel = (struct channel){.watch = watch};
	text_init(&channel->ahead_path, PATH_MAX_BYTES);
	text_init(&channel->ahead_body, WATCH_BODY_MAX);
}

static void release(struct http_request **request)
{
	http_release(*request);
	*request = NULL;
}

static void drop_ahead(struct channel *channel)
{
	release(&channel->ahead);
	text_free(&channel->ahead_body);
}

void channel_release(struct channel *channel)
{
	release(&channel->request);
	drop_ahead(channel);
}

void channel_free(struct channel *channel)
{
	channel_release(channel);
	text_free(&channel->ahead_path);
}

static struct http_request *get(struct channel *channel, struct http *http, struct text *path,
				bool list, struct text *body)
{
	enum kube_resource resource = channel->watch->resource;

	channel->watch->stats->requests++;
	return http_get(http, text_terminate(path), path_accept(resource, list),
			list ? HTTP_WHOLE : HTTP_STREAM, list ? LIST_TIMEOUT_S : WATCH_TIMEOUT_S,
			body);
}

/* True when the page at PATH is on its way: it goes to the watch from now on. */
static bool take_ahead(struct channel *channel, const struct text *path)
{
	struct text *body = &channel->watch->body, empty = *body;

	if (channel->ahead == NULL || path->length != channel->ahead_path.length ||
	    memcmp(path->data, channel->ahead_path.data, path->length) != 0 ||
	    channel->ahead->failure != HTTP_FINE)
		return false;
	*body = channel->ahead_body;
	channel->ahead_body = empty;
	channel->ahead->body = body;
	channel->request = channel->ahead;
	channel->ahead = NULL;
	return true;
}

int channel_ask(struct channel *channel, struct http *http, const struct clocks *now)
{
	struct watch *watch = channel->watch;
	struct text path;

	text_init(&path, PATH_MAX_BYTES);
	watch_ask(watch, now, &path);
	if (!watch->begun)
		channel->too_long = false;
	if (!take_ahead(channel, &path)) {
		drop_ahead(channel);
		channel->request =
			get(channel, http, &path, watch->state == WATCH_LISTING, &watch->body);
	}
	text_free(&path);
	return channel->request != NULL ? 0 : -1;
}

bool channel_came_ahead(const struct channel *channel)
{
	const struct watch *watch = channel->watch;

	return watch->state == WATCH_LISTING && watch->body.length > 0 &&
	       channel->request->status == 200;
}

int channel_tend(struct channel *channel, struct http *http)
{
	const struct watch *watch = channel->watch;

	if (channel->request != NULL && !watch_listening(watch))
		release(&channel->request);
	if (channel->ahead_body.length > CHANNEL_AHEAD_MAX) {
		channel->too_long = true;
		drop_ahead(channel);
	}
	if (watch->state != WATCH_WRITING && watch->state != WATCH_TO_LIST)
		drop_ahead(channel);
	if (watch->state != WATCH_WRITING || channel->ahead != NULL || channel->too_long ||
	    watch->page.token.length == 0)
		return 0;
	text_clear(&channel->ahead_path);
	path_add_list(&channel->ahead_path, watch->resource, watch->scope, WATCH_PAGE_ITEMS, 0,
		      &watch->page.token);
	channel->ahead = get(channel, http, &channel->ahead_path, true, &channel->ahead_body);
	return channel->ahead != NULL ? 0 : -1;
}
