#include "producers/kube/progress_rounds.h"

#include "producers/kube/kube_event_add.h"

/* Over one HTTP/2 connection, changes came up to 2.6 ms after the answer that covers them
 * (measured). This is forty times that, and short compared with any hold. */
#define SETTLE_NS (100 * NS_PER_MS)
#define SETTLE_MAX_NS (5 * NS_PER_SECOND)

void progress_rounds_init(struct progress_rounds *progress, const char *cluster,
			  int64_t interval_ns)
{
	*progress = (struct progress_rounds){
		.cluster = cluster,
		.interval_ns = interval_ns,
		.settle_ns = SETTLE_NS,
		.next_at = WHEN_MIN,
		.last_known = WHEN_MIN,
	};
}

bool progress_rounds_due(const struct progress_rounds *progress,
			 const struct watch watches[static KUBE_RESOURCES],
			 const struct clocks *now)
{
	return !progress->running && when_not_after(progress->next_at, now->tick) &&
	       watch_all_open(watches);
}

void progress_rounds_begin(struct progress_rounds *progress,
			   const struct watch watches[static KUBE_RESOURCES],
			   const struct clocks *now)
{
	uint64_t late = watches[0].stats->late;

	if (late > progress->late && progress->settle_ns < SETTLE_MAX_NS)
		progress->settle_ns *= 2;
	progress->late = late;
	progress->running = true;
	progress->asked_at = now->wall;
	/* Rounds differ in length, and every interval must see a PROGRESS. */
	progress->next_at = when_add(now->tick, progress->interval_ns / 4 * 3);
	for (int r = 0; r < KUBE_RESOURCES; r++)
		progress->probes[r] = (struct progress_rounds_probe){
			.asked = watches[r].state == WATCH_OPEN,
			.before = watches[r].revision,
			.openings = watches[r].openings,
		};
}

bool progress_rounds_answered(struct progress_rounds *progress, enum kube_resource resource,
			      uint64_t revision, const struct clocks *now)
{
	struct progress_rounds_probe *probe = &progress->probes[resource];

	probe->answered = true;
	probe->revision = revision;
	probe->answered_at = now->tick;
	return revision >= probe->before;
}

void progress_rounds_abandon(struct progress_rounds *progress)
{
	progress->abandoned += progress->running;
	progress->running = false;
}

static bool proven(const struct progress_rounds *progress,
		   const struct progress_rounds_probe *probe, const struct watch *watch,
		   const struct clocks *now)
{
	struct when quiet_since = when_later(probe->answered_at, watch->heard_at);

	if (!probe->asked)
		return true;
	return probe->answered && (watch->revision >= probe->revision ||
				   when_since(now->tick, quiet_since) >= progress->settle_ns);
}

/* A watch that has closed has proven nothing, even if it is open again. */
static bool still_open(const struct progress_rounds_probe *probe, const struct watch *watch)
{
	return !probe->asked || (watch->state == WATCH_OPEN && watch->openings == probe->openings);
}

bool progress_rounds_next(struct progress_rounds *progress,
			  struct watch watches[static KUBE_RESOURCES], const struct clocks *now,
			  struct text *record)
{
	uint64_t revisions[KUBE_RESOURCES] = {0};
	bool ready = true;

	if (!progress->running)
		return false;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (!still_open(&progress->probes[r], &watches[r])) {
			progress_rounds_abandon(progress);
			return false;
		}
		ready = ready && proven(progress, &progress->probes[r], &watches[r], now);
	}
	if (!ready)
		return false;
	if (when_before(progress->asked_at, progress->last_known)) {
		/* The wall clock was set back. */
		progress_rounds_abandon(progress);
		return false;
	}
	progress->running = false;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (!progress->probes[r].asked)
			continue;
		watch_prove(&watches[r], progress->probes[r].revision, progress->asked_at);
		revisions[r] = watches[r].revision;
	}
	progress->written++;
	progress->last_known = progress->asked_at;
	kube_event_add_progress(record, progress->cluster, now->received, progress->asked_at,
				revisions);
	return true;
}
