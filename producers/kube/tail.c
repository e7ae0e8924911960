#include "producers/kube/tail.h"

#include <string.h>

#include "common/record/kube_event.h"
#include "common/topic/topic_reader.h"

#define WAIT_MS 10000 /* a broker that gives nothing for so long gives nothing */

/* A PROGRESS stands there once a second, between it and the next the changes of that
 * second; a SYNC of a large cluster is longer than the first number, never than the last. */
static const int64_t lengths[] = {1000, 20000, 500000};

static int read_last(const char *address, const struct bus_options *options, int64_t length,
		     const char *cluster, struct resume *resume)
{
	struct bus_options once = *options;
	struct topic_reader *reader;
	struct bus_record record;
	enum bus_status status;

	once.follow = false;
	reader = topic_reader_open(address, &once, BUS_FROM_TAIL(length));
	if (reader == NULL)
		return -1;
	resume_init(resume);
	while ((status = topic_reader_read(reader, WAIT_MS, &record)) == BUS_RECORD) {
		struct kube_event event;

		/* What cannot be read is not ours. */
		if (kube_event_parse(record.value, record.value_length, &event, NULL) !=
		    KUBE_EVENT_READ)
			continue;
		resume_take(resume, cluster, &event);
		kube_event_clear(&event);
	}
	topic_reader_close(reader);
	return status == BUS_BROKEN ? -1 : 0;
}

int tail_read(const char *address, const struct bus_options *options, const char *cluster,
	      struct resume *resume)
{
	resume_init(resume);
	if (strcmp(address, "-") == 0)
		return 0;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]) && !resume->proven; i++)
		if (read_last(address, options, lengths[i], cluster, resume) < 0)
			return -1;
	return 0;
}
