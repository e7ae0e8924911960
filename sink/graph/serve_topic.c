#include "sink/graph/serve_topic.h"

#include <sysexits.h>

#include "common/kafka/kafka_probe.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "sink/graph/input.h"

#define TURN_RECORDS 500             /* read before requests are looked at again */
#define READ_NS (5 * NS_PER_MS)      /* from one read without records to the next */
#define TURN_NS NS_PER_SECOND        /* from one turn of the recorder to the next */
#define RETRY_NS (5 * NS_PER_SECOND) /* from one failure to the next try */

void serve_topic_init(struct serve_topic *topic, struct recorder *recorder, const char *address,
		      const struct bus_options *bus)
{
	*topic = (struct serve_topic){
		.recorder = recorder,
		.address = address,
		.bus = *bus,
		.next_try = WHEN_MIN,
		.next_read = WHEN_MIN,
		.next_turn = WHEN_MIN,
	};
}

void serve_topic_clear(struct serve_topic *topic)
{
	input_close(topic->input);
	kafka_probe_close(topic->probe);
	topic->input = NULL;
	topic->probe = NULL;
}

/* Whether there is such a topic: it was read by this process or one before. */
static bool was_read(const struct serve_topic *topic)
{
	return topic->caught_up || !when_is_min(recorder_watermark(topic->recorder));
}

/* Opens the topic if that is possible NOW. -1 after logging. */
static int open_topic(struct serve_topic *topic, struct when now)
{
	int reachable;

	if (when_before(now, topic->next_try))
		return 0;
	topic->exit_code = EX_UNAVAILABLE;
	reachable = kafka_probe_turn(&topic->probe, topic->address, &topic->bus);
	if (reachable <= 0)
		return reachable;
	topic->next_try = when_add(now, RETRY_NS);
	topic->input = input_open(topic->recorder, topic->address, &topic->bus);
	if (topic->input != NULL)
		return 0;
	topic->exit_code = bus_is_kafka(topic->address) ? EX_UNAVAILABLE : EX_NOINPUT;
	if (topic->exit_code == EX_UNAVAILABLE && stop_requested())
		return 0;
	return was_read(topic) && topic->exit_code == EX_UNAVAILABLE ? 0 : -1;
}

/* After a failure of the topic: the broker may come back, anything else ends the program. */
static int lose(struct serve_topic *topic, struct when now)
{
	topic->exit_code = input_exit_code(topic->input);
	if (topic->exit_code != EX_UNAVAILABLE)
		return -1;
	log_warn("%s: is opened again once the broker answers; until then, answers are from what "
		 "was read",
		 topic->address);
	input_close(topic->input);
	topic->input = NULL;
	topic->next_try = when_add(now, RETRY_NS);
	return 0;
}

/* Reads up to TURN_RECORDS. Returns how many, or -1 after logging. */
static int read_records(struct serve_topic *topic, struct when now)
{
	enum bus_status status = BUS_RECORD;
	struct bus_record record;
	int count = 0;

	topic->exit_code = EX_IOERR;
	while (count < TURN_RECORDS && status == BUS_RECORD) {
		status = input_read(topic->input, 0, &record);
		if (status == BUS_RECORD && recorder_add(topic->recorder, &record, now) < 0)
			return -1;
		count += status == BUS_RECORD;
	}
	/* A moment without records is not the end: partitions arrive at different speeds. */
	topic->idle = status != BUS_RECORD && input_caught_up(topic->input);
	topic->next_read = count == 0 ? when_add(now, READ_NS) : WHEN_MIN;
	if (status == BUS_BROKEN)
		return lose(topic, now);
	if (!topic->caught_up)
		input_tell(topic->input);
	topic->ended = status == BUS_END;
	return topic->ended && recorder_end(topic->recorder) < 0 ? -1 : count;
}

/* Begins the sums that a scrape shows, once the topic was read to its end: earlier, those of a process that was killed
 * might be larger, and a counter that falls is taken for one that began anew. Of a file that is complete nothing changes
 * any more, so conversations that are not over are shown, too. -1 after logging. */
static int begin_totals(struct serve_topic *topic)
{
	topic->whole = topic->ended;
	if (recorder_save(topic->recorder) < 0 ||
	    (topic->ended && recorder_show(topic->recorder) < 0))
		return -1;
	return history_totals_begin(recorder_history(topic->recorder), !topic->ended);
}

/* Counts what was read. -1 after logging. */
static int turn_recorder(struct serve_topic *topic, struct when now)
{
	bool reached = !topic->caught_up && topic->idle && topic->input != NULL;
	bool finished = topic->ended && !topic->whole;

	if (!reached && !finished && !when_is_due(topic->next_turn, TURN_NS, now))
		return 0;
	topic->next_turn = when_add(now, TURN_NS);
	topic->exit_code = EX_IOERR;
	if (recorder_turn(topic->recorder, topic->idle, now) < 0 ||
	    ((reached || finished) && begin_totals(topic) < 0))
		return -1;
	if (reached) {
		topic->caught_up = true;
		input_tell_end(topic->input);
		log_info("%s: read to its end", topic->address);
	}
	return 0;
}

int serve_topic_turn(struct serve_topic *topic, struct when now)
{
	int count = 0;

	if (topic->input == NULL)
		count = open_topic(topic, now);
	else if (!topic->ended && when_is_due(topic->next_read, READ_NS, now))
		count = read_records(topic, now);
	return count < 0 || turn_recorder(topic, now) < 0 ? -1 : count;
}
