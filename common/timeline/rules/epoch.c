#include "common/timeline/rules/epoch.h"

static bool holds(const struct epoch *epoch, const struct ip *ip)
{
	return ip_among(ip, epoch->addresses, epoch->address_count);
}

static bool holds_family(const struct epoch *epoch, const struct ip *ip)
{
	for (size_t i = 0; i < epoch->address_count; i++) {
		if (ip_is_v4(&epoch->addresses[i]) == ip_is_v4(ip))
			return true;
	}
	return false;
}

static bool moved(const struct epoch *epoch, const struct pod_record *record)
{
	for (size_t i = 0; i < record->address_count; i++) {
		const struct ip *ip = &record->addresses[i];

		if (holds_family(epoch, ip) && !holds(epoch, ip))
			return true;
	}
	return false;
}

static bool finished(const struct pod_record *record)
{
	return record->sandbox == POD_SANDBOX_FALSE || record->annotation_emptied ||
	       (record->terminal && !record->running);
}

/* The greatest finishedAt that is the epoch's, RECORD's included. */
static struct when newest_finish(const struct epoch *epoch, const struct pod_record *record)
{
	struct when newest = epoch->evidence.last_finished;

	if (when_is_min(epoch->evidence.first_started))
		return newest;
	for (size_t i = 0; i < record->finished_count; i++) {
		if (when_not_after(epoch->evidence.first_started, record->finished[i]))
			newest = when_later(newest, record->finished[i]);
	}
	return newest;
}

/* RECORD is of a pod that is still alive. */
static bool lives(const struct pod_record *record, bool deleted)
{
	return !finished(record) && !record->terminal && !deleted;
}

/* Every container was started again. If the record does not mention the sandbox, nothing
 * shows that it outlived them. */
static bool restarted(const struct epoch *epoch, const struct pod_record *record, bool deleted)
{
	struct when finish = newest_finish(epoch, record);

	return lives(record, deleted) && record->sandbox == POD_SANDBOX_UNTOLD &&
	       when_is_min(epoch->evidence.sandbox_ready) &&
	       when_is_min(epoch->evidence.sandbox_gone) && !when_is_min(finish) &&
	       !when_is_max(record->first_running) && when_not_after(finish, record->first_running);
}

static bool begins_epoch(const struct pod_fold *fold, const struct pod_record *record, bool deleted)
{
	const struct epoch *epoch = &fold->epoch;

	if (record->address_count == 0)
		return false;
	if (!fold->has_epoch || moved(epoch, record))
		return true;
	if (epoch->evidence.how != BINDING_OPEN && lives(record, deleted))
		return true;
	if (restarted(epoch, record, deleted))
		return true;
	return record->sandbox == POD_SANDBOX_TRUE && !when_is_min(epoch->evidence.sandbox_ready) &&
	       when_before(epoch->evidence.sandbox_ready, record->sandbox_changed);
}

static void end_epoch(struct epoch *epoch, enum binding_end how, struct when received)
{
	epoch->evidence.how = how;
	epoch->evidence.ended_received = received;
}

/* The next epoch may still be the same sandbox, so it shows the same start. */
static struct when split(struct epoch *epoch, const struct pod_record *record)
{
	struct evidence *evidence = &epoch->evidence;

	evidence->last_finished = newest_finish(epoch, record);
	return when_is_min(evidence->shown_started) ? evidence->first_started
						    : evidence->shown_started;
}

/* Opens the next epoch; *ENDED is the one before, if any. */
static bool begin_epoch(struct pod_fold *fold, const struct pod_record *record, bool deleted,
			struct when received, uint64_t offset, struct epoch *ended)
{
	struct epoch begun = {
		.number = offset,
		.evidence = evidence_none(),
		.previous_ready = WHEN_MIN,
		.previous_gone = WHEN_MIN,
	};
	bool later = fold->has_epoch;

	begun.evidence.first_received = received;
	if (later) {
		if (fold->epoch.evidence.how == BINDING_OPEN && !moved(&fold->epoch, record) &&
		    restarted(&fold->epoch, record, deleted))
			begun.evidence.shown_started = split(&fold->epoch, record);
		if (fold->epoch.evidence.how == BINDING_OPEN)
			end_epoch(&fold->epoch, BINDING_NEXT_EPOCH, received);
		begun.evidence.previous_to = evidence_certain_to(&fold->epoch.evidence);
		begun.previous_ready = fold->epoch.evidence.sandbox_ready;
		begun.previous_gone = fold->epoch.evidence.sandbox_gone;
		*ended = fold->epoch;
	}
	fold->has_epoch = true;
	fold->epoch = begun;
	return later;
}

static void add_addresses(struct epoch *epoch, const struct pod_record *record)
{
	for (size_t i = 0; i < record->address_count; i++) {
		if (!holds(epoch, &record->addresses[i]) &&
		    epoch->address_count < EPOCH_ADDRESSES_MAX)
			epoch->addresses[epoch->address_count++] = record->addresses[i];
	}
}

static void add_starts(struct epoch *epoch, const struct pod_record *record)
{
	struct evidence *evidence = &epoch->evidence;

	for (size_t i = 0; i < record->started_count; i++) {
		struct when started = record->started[i];

		/* A container that could not be started shows 1970. */
		if ((!when_is_min(evidence->previous_to) &&
		     when_not_after(started, evidence->previous_to)) ||
		    when_before(started, epoch->previous_gone) ||
		    when_before(started, record->kubelet_saw))
			continue;
		if (when_is_min(evidence->first_started) ||
		    when_before(started, evidence->first_started))
			evidence->first_started = started;
	}
	evidence->last_finished = newest_finish(epoch, record);
}

static void add_evidence(struct epoch *epoch, const struct pod_record *record)
{
	struct evidence *evidence = &epoch->evidence;
	struct when changed = record->sandbox_changed;

	if (record->sandbox == POD_SANDBOX_TRUE && !when_is_min(changed) &&
	    when_not_after(epoch->previous_gone, changed) &&
	    (when_is_min(epoch->previous_ready) || when_before(epoch->previous_ready, changed)))
		evidence->sandbox_ready = changed;
	if (record->sandbox == POD_SANDBOX_FALSE && !when_is_min(changed))
		evidence->sandbox_gone = changed;
	add_starts(epoch, record);
	if (!when_is_min(record->start_time))
		evidence->start_time = record->start_time;
	evidence->all_terminated = record->all_terminated;
	evidence->terminating = evidence->terminating || record->terminating;
	if (record->node)
		evidence->node = record->node;
}

/* How this record ends the epoch; BINDING_OPEN if it does not. */
static enum binding_end end_told(const struct pod_record *record, bool deleted)
{
	if (finished(record) || (deleted && record->all_terminated))
		return BINDING_FINISHED;
	if (deleted || (record->terminal && record->running))
		return BINDING_LOST;
	return record->address_count == 0 ? BINDING_ADDRESS_GONE : BINDING_OPEN;
}

static void add_end(struct epoch *epoch, enum binding_end told, struct when received)
{
	enum binding_end before = epoch->evidence.how;

	if ((before == BINDING_OPEN && told != BINDING_OPEN) ||
	    (before == BINDING_LOST && told == BINDING_FINISHED))
		end_epoch(epoch, told, received);
}

/* GONE: deleted, absent or in a terminal phase. */
static void fold_unpublished(struct pod_fold *fold, bool gone, struct when received)
{
	struct unpublished *unpublished = &fold->unpublished;

	if (fold->has_epoch && fold->epoch.evidence.how == BINDING_OPEN) {
		unpublished->there = false;
		return;
	}
	if (when_is_min(fold->kubelet_saw))
		return;
	if (!unpublished->there || (!when_is_max(unpublished->until) && !gone)) {
		/* An epoch that ended with the pod itself leaves nothing open. */
		if (gone && fold->has_epoch)
			return;
		unpublished->there = true;
		unpublished->until = WHEN_MAX;
	}
	if (!when_is_max(unpublished->until))
		return;
	unpublished->from = fold->kubelet_saw;
	if (fold->has_epoch)
		unpublished->from =
			when_later(unpublished->from, evidence_certain_to(&fold->epoch.evidence));
	if (gone)
		unpublished->until = received;
}

struct pod_fold pod_fold_none(void)
{
	struct pod_fold fold = {.kubelet_saw = WHEN_MIN};

	fold.epoch.evidence = evidence_none();
	return fold;
}

bool pod_fold_record(struct pod_fold *fold, const struct pod_record *record, bool deleted,
		     struct when received, uint64_t offset, struct epoch *ended)
{
	bool later = false, begins = begins_epoch(fold, record, deleted);

	if (begins) {
		later = begin_epoch(fold, record, deleted, received, offset, ended);
		fold->unpublished.there = false;
	}
	fold->terminal = record->terminal;
	if (!when_is_min(record->kubelet_saw))
		fold->kubelet_saw = record->kubelet_saw;
	/* After its end only more evidence of the end belongs to the epoch; anything else is of
	 * a sandbox that has no address yet. */
	if (fold->has_epoch && (fold->epoch.evidence.how == BINDING_OPEN || finished(record))) {
		struct epoch *epoch = &fold->epoch;

		add_addresses(epoch, record);
		add_evidence(epoch, record);
		add_end(epoch, end_told(record, deleted), received);
		if (epoch->evidence.how == BINDING_OPEN && !when_is_min(record->newest_running))
			epoch->evidence.last_running = record->newest_running;
	}
	fold_unpublished(fold, deleted || record->terminal, received);
	return later;
}

void pod_fold_absent(struct pod_fold *fold, struct when received)
{
	struct epoch *epoch = &fold->epoch;

	if (fold->has_epoch && epoch->evidence.how == BINDING_OPEN)
		end_epoch(epoch, epoch->evidence.all_terminated ? BINDING_FINISHED : BINDING_LOST,
			  received);
	fold_unpublished(fold, true, received);
}
