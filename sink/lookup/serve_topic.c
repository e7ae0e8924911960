#include "sink/lookup/serve_topic.h"

#include <sysexits.h>

#include "common/kafka/kafka_probe.h"
#include "common/program/log.h"
#include "common/program/stop.h"

#define TURN_RECORDS 200        /* applied before requests are looked at again */
#define TURN_NS (5 * NS_PER_MS) /* from one turn without records to the next */
#define SAVE_NS (60 * NS_PER_SECOND)
#define RETRY_NS (5 * NS_PER_SECOND) /* from one failure to the next try */

void serve_topic_init(struct serve_topic *topic, struct timeline *timeline,
		      const struct timeline_settings *settings,
		      const struct settings_list *addresses, const struct bus_options *bus)
{
	*topic = (struct serve_topic){
		.timeline = timeline,
		.settings = settings,
		.options = {.addresses = addresses, .bus = *bus},
		.next_try = WHEN_MIN,
		.next_turn = WHEN_MIN,
		.next_save = WHEN_MIN,
	};
}

void serve_topic_clear(struct serve_topic *topic)
{
	progress_end(&topic->show);
	kube_topic_close(topic->kube_topic);
	kafka_probe_close(topic->probe);
	topic->kube_topic = NULL;
	topic->probe = NULL;
}

/* Opens the topic if that is possible NOW. -1 after logging. */
static int open_topic(struct serve_topic *topic, struct when now)
{
	int reachable;

	if (when_before(now, topic->next_try))
		return 0;
	topic->exit_code = EX_UNAVAILABLE;
	reachable = kafka_probe_turn(&topic->probe, topic->options.addresses->values[0],
				     &topic->options.bus);
	if (reachable <= 0)
		return reachable;
	topic->next_try = when_add(now, RETRY_NS);
	topic->caught_up = false;
	topic->kube_topic = kube_topic_open(topic->timeline, &topic->options, &topic->exit_code);
	topic->show = progress_begin();
	if (topic->kube_topic != NULL)
		return 0;
	if (topic->exit_code == EX_UNAVAILABLE && stop_requested())
		return 0;
	return topic->was_read && (topic->exit_code == EX_UNAVAILABLE ||
				   topic->exit_code == EX_NOINPUT)
		       ? 0
		       : -1;
}

static void close_topic(struct serve_topic *topic, struct when next_try)
{
	progress_end(&topic->show);
	kube_topic_close(topic->kube_topic);
	topic->kube_topic = NULL;
	topic->next_try = next_try;
}

/* After a failure of the topic: the broker may come back, a file can be read again, anything else ends
 * the program. */
static int lose(struct serve_topic *topic, struct when now)
{
	const char *address = topic->options.addresses->values[0];
	bool kafka = bus_is_kafka(address);

	topic->exit_code = kube_topic_exit_code(topic->kube_topic);
	if (topic->exit_code != EX_UNAVAILABLE &&
	    (kube_topic_file(topic->kube_topic) != KUBE_FILE_REPLACED ||
	     !topic->options.bus.follow))
		return -1;
	log_warn("%s: is opened again%s; until then, answers are from what was read", address,
		 kafka ? " once the broker answers" : "");
	close_topic(topic, when_add(now, kafka ? RETRY_NS : 0));
	return 0;
}

/* Looks whether the file that is followed is still there (4). */
static void check_file(struct serve_topic *topic)
{
	const char *address = topic->options.addresses->values[0];
	enum kube_file_is is = kube_topic_file(topic->kube_topic);

	if (is == KUBE_FILE_GONE && !topic->gone)
		log_warn("%s: is no longer there; answers are from what was read", address);
	topic->gone = is == KUBE_FILE_GONE;
	if (is != KUBE_FILE_REPLACED)
		return;
	log_warn("%s: was replaced by another file, which is read instead", address);
	close_topic(topic, WHEN_MIN);
}

/* Once the end has been reached, it is clear which cluster answers. -1 after logging. */
static int check_end(struct serve_topic *topic)
{
	const char *address = topic->options.addresses->values[0];

	if (topic->caught_up || !kube_topic_caught_up(topic->kube_topic))
		return 0;
	topic->exit_code = EX_CONFIG;
	if (timeline_settings_check_cluster(topic->settings, topic->timeline, address) < 0)
		return -1;
	topic->caught_up = topic->was_read = true;
	progress_end(&topic->show);
	log_info("%s: read to its end", address);
	return 0;
}

/* Saves what was read, if it is time (2). -1 after logging. */
static int save(struct serve_topic *topic, int count, struct when now)
{
	topic->unsaved = topic->unsaved || count > 0;
	if (!topic->caught_up || !topic->unsaved || when_before(now, topic->next_save))
		return 0;
	topic->unsaved = false;
	topic->next_save = when_add(now, SAVE_NS);
	topic->exit_code = EX_IOERR;
	return timeline_save(topic->timeline);
}

bool serve_topic_is_whole(const struct serve_topic *topic)
{
	return topic->kube_topic != NULL && !topic->gone && topic->caught_up;
}

int serve_topic_turn(struct serve_topic *topic, struct when now)
{
	int count;

	if (topic->kube_topic == NULL)
		return open_topic(topic, now);
	if (!when_is_due(topic->next_turn, TURN_NS, now))
		return 0;
	count = kube_topic_turn(topic->kube_topic, TURN_RECORDS, 0);
	topic->next_turn = count == 0 ? when_add(now, TURN_NS) : WHEN_MIN;
	if (count < 0)
		return lose(topic, now);
	if (!topic->caught_up)
		kube_topic_tell(topic->kube_topic, topic->timeline, &topic->show);
	if (check_end(topic) < 0 || save(topic, count, now) < 0)
		return -1;
	if (count == 0 && topic->options.bus.follow)
		check_file(topic);
	return count;
}
