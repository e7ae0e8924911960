/* channel.h - a watch's requests: the one that its state needs, and the next page of a list,
 * which is asked for while this page is written.
 */
#ifndef TENURE_KUBE_CHANNEL_H
#define TENURE_KUBE_CHANNEL_H

#include <stdbool.h>

#include "common/base/text.h"
#include "producers/kube/clocks.h"
#include "producers/kube/http.h"
#include "producers/kube/watch.h"

/* Bytes of the next page that may wait. A longer page is asked for in its turn, and so are all
 * that follow in this list. */
#define CHANNEL_AHEAD_MAX (8u * 1024 * 1024)

struct channel {
	struct watch *watch;          /* borrowed */
	struct http_request *request; /* whose bytes go to the watch; or NULL */
	struct http_request *ahead;   /* for the next page; or NULL */
	struct text ahead_path;
	struct text ahead_body;
	bool too_long; /* a page ahead was, in this list */
};

void channel_init(struct channel *channel, struct watch *watch);
/* Releases the requests; the channel can be used again. */
void channel_release(struct channel *channel);
void channel_free(struct channel *channel);

/* Sends the request that is due (watch_due()), unless the page is on its way. -1 after logging. */
int channel_ask(struct channel *channel, struct http *http, const struct clocks *now);
/* True when the page that was asked for last has come, at least in part, before it was needed: its
 * bytes are there, and nothing need be waited for. */
bool channel_came_ahead(const struct channel *channel);
/* Asks for the next page when there will be one, and drops what the watch no longer needs. -1
 * after logging. */
int channel_tend(struct channel *channel, struct http *http);

#endif
