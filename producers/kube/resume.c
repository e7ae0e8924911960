#include "producers/kube/resume.h"

#include <string.h>

#include "common/program/log.h"
#include "common/program/progress.h"
#include "common/topic/topic_reader.h"

#define WAIT_MS 10000     /* for a broker to answer */
#define OWN_MAX 500000    /* records to look back, unless most are of meters */
#define TELL_RECORDS 1000 /* between two looks at the clock */

/* Records to look back. The output has a PROGRESS a second and the changes in between; a SYNC
 * of a large cluster is longer than the first number, never than OWN_MAX. In a topic each
 * transaction counts as one record more, and meters write there too: beyond OWN_MAX it goes on only
 * if theirs are half of them. */
static const int64_t lengths[] = {1000, 20000, OWN_MAX, 10000000};

void resume_init(struct resume *resume)
{
	*resume = (struct resume){.received = WHEN_MIN, .known = WHEN_MIN};
}

static void reach(const struct resume *resume, struct resume_point *point, uint64_t revision)
{
	if (point->revision != revision)
		point->sure = resume->known;
	point->revision = revision;
}

static void take_progress(struct resume *resume, const struct kube_event *event)
{
	if (!resume->proven)
		resume->known = event->known;
	resume->scope = event->scope;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		reach(resume, &resume->points[r], event->revisions[r]);
		resume->points[r].proved = event->proved[r];
		resume->points[r].covered = event->revisions[r] > 0;
	}
	resume->proven = true;
	resume->known = when_later(resume->known, event->known);
}

void resume_take(struct resume *resume, const char *cluster, const struct kube_event *event)
{
	bool all = event->resource >= KUBE_RESOURCES;
	struct resume_point *point;

	/* What meters wrote says nothing of a watch. */
	if (event->of_interface || strcmp(event->cluster, cluster) != 0)
		return;
	resume->any = true;
	resume->received = when_later(resume->received, event->received);
	if (event->type == KUBE_PROGRESS) {
		take_progress(resume, event);
		return;
	}
	for (int r = 0; r < KUBE_RESOURCES; r++)
		if (event->type == KUBE_GAP && (all || event->resource == (enum kube_resource)r))
			resume->points[r] =
				(struct resume_point){.covered = resume->points[r].covered};
	if (all)
		return;
	point = &resume->points[event->resource];
	point->covered = true;
	switch (event->type) {
	case KUBE_SYNC_BEGIN:
		point->list = event->resource_version;
		if (event->resource == KUBE_PODS)
			resume->scope = event->scope;
		break;
	case KUBE_SYNC_END:
		point->list = 0;
		/* The watch runs on beside a planned list, and may be further. */
		if (resume->proven && point->revision < event->resource_version)
			reach(resume, point, event->resource_version);
		break;
	case KUBE_ADDED:
	case KUBE_MODIFIED:
	case KUBE_DELETED:
		if (point->witness < event->resource_version)
			point->witness = event->resource_version;
		/* Up to LIST it is an item of it. */
		if (point->revision > 0 && point->revision < event->resource_version &&
		    point->list < event->resource_version)
			reach(resume, point, event->resource_version);
		break;
	default:
		break;
	}
}

/* What was read of the end of the topic. */
struct tail {
	int64_t records, meters; /* METERS: those that meters wrote */
};

static void take_record(struct resume *resume, const char *cluster, const struct bus_record *record,
			struct tail *tail)
{
	struct kube_event event;
	struct fault fault;

	tail->records++;
	/* What cannot be read was not written by us. */
	if (kube_event_parse(record->value, record->value_length, &event, &fault) < 0)
		return;
	tail->meters += event.of_interface;
	resume_take(resume, cluster, &event);
	kube_event_clear(&event);
}

/* The next record. BUS_QUIET: the broker has not answered for WAIT_MS (logged). BUS_BROKEN also if PAUSE has ended it. */
static enum bus_status read_patiently(struct topic_reader *reader, const char *address,
				      const struct resume_pause *pause, struct when *paused,
				      struct bus_record *record)
{
	struct when began = when_steady(), now = began;
	enum bus_status status = BUS_QUIET;

	while (status == BUS_QUIET && when_since(now, began) < WAIT_MS * NS_PER_MS) {
		status = topic_reader_read(reader, RESUME_PAUSE_MS, record);
		now = when_steady();
		if (pause == NULL || when_since(now, *paused) < RESUME_PAUSE_MS * NS_PER_MS)
			continue;
		*paused = now;
		if (pause->turn(pause->user) < 0)
			return BUS_BROKEN;
	}
	if (status == BUS_QUIET)
		log_error("%s: the broker did not answer within %d s", address, WAIT_MS / 1000);
	return status;
}

static int read_last(const char *address, const struct bus_options *options, int64_t length,
		     const char *cluster, const struct resume_pause *pause, struct resume *resume,
		     struct tail *tail)
{
	struct progress_show show = progress_begin();
	struct progress progress = {.unit = "records"};
	struct when paused = when_steady();
	struct topic_reader *reader;
	struct bus_record record;
	enum bus_status status;

	reader = topic_reader_open(address, options, BUS_FROM_TAIL(length));
	if (reader == NULL)
		return -1;
	resume_init(resume);
	*tail = (struct tail){0};
	while ((status = read_patiently(reader, address, pause, &paused, &record)) == BUS_RECORD) {
		take_record(resume, cluster, &record, tail);
		if (++progress.count % TELL_RECORDS != 0)
			continue;
		progress.event = resume->known;
		progress.offsets = topic_reader_progress(reader, &progress.done, &progress.total);
		progress_tell(&show, &progress);
	}
	progress_end(&show);
	topic_reader_close(reader);
	return status == BUS_END ? 0 : -1;
}

int resume_read(const char *address, const struct bus_options *options, const char *cluster,
		const struct resume_pause *pause, struct resume *resume)
{
	struct tail tail = {0};

	resume_init(resume);
	if (strcmp(address, "-") == 0)
		return 0;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		int64_t before = tail.records;

		if (read_last(address, options, lengths[i], cluster, pause, resume, &tail) < 0)
			return -1;
		/* The last step finds no more where the one before has read all. Earlier that is not known: a long
		 * transaction that was aborted looks as if there were no records. */
		if (resume->proven || (lengths[i] >= OWN_MAX &&
				       (tail.records == before || 2 * tail.meters < OWN_MAX)))
			return 0;
	}
	return 0;
}
