#include "common/timeline/rules/epoch.h"

#include "common/timeline/rules/epoch_told.h"
#include "common/timeline/rules/epoch_unpublished.h"

static bool holds(const struct epoch *epoch, const struct ip *ip)
{
	return ip_among(ip, epoch->addresses, epoch->address_count);
}

static bool begins_epoch(const struct pod_fold *fold, const struct pod_record *record, bool deleted)
{
	const struct epoch *epoch = &fold->epoch;
	enum binding_end how = epoch->evidence.how;
	bool newer;

	if (record->address_count == 0)
		return false;
	if (!fold->has_epoch)
		return true;
	/* The address may still be that of the sandbox before. */
	newer = told_newer_sandbox(&epoch->evidence, record);
	if (newer && !told_fresh(fold, record))
		return false;
	if (newer || told_moved(epoch, record))
		return true;
	/* A later sandbox, which no record may have shown alive. */
	if (how != BINDING_OPEN && told_finished(epoch, record) && told_fresh(fold, record))
		return true;
	if (how != BINDING_OPEN && told_alive(epoch, record, deleted) && !record->node_gone &&
	    (how != BINDING_FINISHED || told_fresh(fold, record)))
		return true;
	return told_restarted(epoch, record, deleted) && told_fresh(fold, record);
}

/* EVIDENCE is as of the record before the one that came at ARRIVAL, which may end it. */
static void add_known(struct evidence *evidence, const struct arrival *arrival)
{
	if (!evidence_is_over(evidence))
		evidence->ended_known = arrival->known;
}

static void end_epoch(struct epoch *epoch, enum binding_end how, const struct arrival *arrival)
{
	epoch->evidence.how = how;
	epoch->evidence.ended_received = arrival->received;
}

/* The next epoch may still be the same sandbox, so it shows the same start. */
static struct when split(struct epoch *epoch, const struct pod_record *record)
{
	struct evidence *evidence = &epoch->evidence;

	evidence->last_finished = told_newest_finish(epoch, record);
	return when_is_min(evidence->shown_started) ? evidence->first_started
						    : evidence->shown_started;
}

/* What BEGUN must know of the epoch before it. */
static void follow(struct epoch *begun, const struct epoch *before)
{
	const struct evidence *was = &before->evidence;
	struct when end = evidence_of_end(was);

	begun->evidence.previous_to = end;
	begun->evidence.previous_known = was->ended_known;
	if (when_is_min(end)) {
		begun->evidence.previous_to = when_later(was->start_time, was->previous_to);
		/* Without any evidence of its end, its certain_to is its possible_from. */
		if (when_is_min(was->ended_known))
			begun->evidence.previous_known = was->previous_known;
	}
	begun->previous_ready = was->sandbox_ready;
	begun->previous_gone = was->sandbox_gone;
}

/* Opens the next epoch; *ENDED is the one before, if any. */
static bool begin_epoch(struct pod_fold *fold, const struct pod_record *record, bool deleted,
			const struct arrival *arrival, struct epoch *ended)
{
	struct epoch begun = {
		.number = arrival->offset,
		.evidence = evidence_none(),
		.previous_ready = WHEN_MIN,
		.previous_gone = WHEN_MIN,
		.previous_started = fold->newest_started,
	};
	bool later = fold->has_epoch;

	begun.evidence.first_received = arrival->received;
	begun.evidence.first_known = arrival->known;
	if (later) {
		if (fold->epoch.evidence.how == BINDING_OPEN && !told_moved(&fold->epoch, record) &&
		    told_restarted(&fold->epoch, record, deleted))
			begun.evidence.shown_started = split(&fold->epoch, record);
		add_known(&fold->epoch.evidence, arrival);
		if (fold->epoch.evidence.how == BINDING_OPEN)
			end_epoch(&fold->epoch, BINDING_NEXT_EPOCH, arrival);
		follow(&begun, &fold->epoch);
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

/* STARTED may have been before the end of the epoch before. What runs and started within the
 * second of that end did not. */
static bool is_of_before(const struct epoch *epoch, const struct pod_record *record,
			 struct when started)
{
	struct when to = epoch->evidence.previous_to;

	return when_before(started, to) ||
	       (!when_is_min(to) && started.ns == to.ns && started.ns != record->first_running.ns);
}

static void add_starts(struct epoch *epoch, const struct pod_record *record)
{
	struct evidence *evidence = &epoch->evidence;

	for (size_t i = 0; i < record->started_count; i++) {
		struct when started = record->started[i];

		/* A container that could not be started shows 1970. */
		if (is_of_before(epoch, record, started) ||
		    when_not_after(started, epoch->previous_started) ||
		    when_before(started, epoch->previous_gone) ||
		    when_before(started, record->least_start))
			continue;
		if (when_is_min(evidence->first_started) ||
		    when_before(started, evidence->first_started))
			evidence->first_started = started;
	}
	evidence->last_finished = told_newest_finish(epoch, record);
}

static void add_evidence(struct epoch *epoch, const struct pod_record *record)
{
	struct evidence *evidence = &epoch->evidence;
	struct when changed = record->sandbox_changed;

	if (told_newer_sandbox(&epoch->evidence, record))
		evidence->sandbox_gone = changed; /* the epoch is of the sandbox before */
	else if (record->sandbox == POD_SANDBOX_TRUE && !when_is_min(changed) &&
		 when_not_after(epoch->previous_gone, changed) &&
		 (when_is_min(epoch->previous_ready) ||
		  when_before(epoch->previous_ready, changed)))
		evidence->sandbox_ready = changed;
	if (told_gone(epoch, record) && !when_is_min(changed))
		evidence->sandbox_gone = changed;
	add_starts(epoch, record);
	if (!when_is_min(record->start_time))
		evidence->start_time = record->start_time;
	evidence->all_terminated = record->all_terminated;
	evidence->sandbox_dead = told_dead(epoch, record);
	evidence->terminating = record->terminating;
	if (record->node)
		evidence->node = record->node;
	evidence->identity = record->identity;
}

/* A kubelet before 1.29 says nothing of the sandbox, and deletes a pod only after its network. A pod
 * that nobody had asked to end was only between two starts. */
static bool finished_before(const struct epoch *epoch, bool all_terminated, bool ending)
{
	return all_terminated && ending && when_is_min(epoch->evidence.sandbox_ready) &&
	       when_is_min(epoch->evidence.sandbox_gone);
}

/* How this record ends the epoch; BINDING_OPEN if it does not. */
static enum binding_end end_told(const struct epoch *epoch, const struct pod_record *record,
				 bool deleted)
{
	if (told_finished(epoch, record) || told_newer_sandbox(&epoch->evidence, record) ||
	    (deleted && finished_before(epoch, record->all_terminated,
					record->terminating || record->terminal)))
		return BINDING_FINISHED;
	if (deleted || record->terminal || record->node_gone)
		return BINDING_LOST;
	return record->address_count == 0 ? BINDING_ADDRESS_GONE : BINDING_OPEN;
}

static void add_end(struct epoch *epoch, enum binding_end told, const struct arrival *arrival)
{
	enum binding_end before = epoch->evidence.how;

	if (before == BINDING_OPEN && told != BINDING_OPEN)
		end_epoch(epoch, told, arrival);
	else if (before == BINDING_LOST && told == BINDING_FINISHED)
		end_epoch(epoch, told, arrival);
}

/* The record leaves the epoch open. */
static void add_life(struct epoch *epoch, const struct pod_record *record)
{
	struct evidence *evidence = &epoch->evidence;

	/* Nothing ran in a sandbox that is dead, but what its kubelet says to have finished since. */
	if (evidence->sandbox_dead && !when_is_min(record->sandbox_changed))
		evidence->last_running =
			when_later(record->sandbox_changed, evidence->last_finished);
	else if (!when_is_min(record->newest_running))
		evidence->last_running = record->newest_running;
	if (!evidence_is_over(evidence))
		evidence->ended_known = WHEN_MIN;
}

/* What started since, and has no address, may have run in another sandbox; so may what has another address, of a sandbox
 * that is gone too. */
static bool is_of_later(const struct pod_fold *fold, const struct pod_record *record)
{
	if (record->address_count == 0)
		return told_fresh(fold, record);
	return told_moved(&fold->epoch, record) &&
	       told_newer_sandbox(&fold->epoch.evidence, record);
}

/* The record belongs to the newest epoch. */
static void add_record(struct pod_fold *fold, const struct pod_record *record, bool deleted,
		       const struct arrival *arrival)
{
	struct epoch *epoch = &fold->epoch;
	enum binding_end told = end_told(epoch, record, deleted);

	add_known(&epoch->evidence, arrival);
	if (is_of_later(fold, record)) {
		add_end(epoch,
			deleted || record->terminal || record->node_gone ? BINDING_LOST
									 : BINDING_ADDRESS_GONE,
			arrival);
	} else {
		if (!told_newer_sandbox(&epoch->evidence, record))
			add_addresses(epoch, record);
		add_evidence(epoch, record);
		add_end(epoch, told, arrival);
		fold->newest_started = when_later(fold->newest_started, record->newest_started);
	}
	if (epoch->evidence.how == BINDING_OPEN)
		add_life(epoch, record);
}

struct pod_fold pod_fold_none(void)
{
	struct pod_fold fold = {
		.newest_started = WHEN_MIN,
		.start_time = WHEN_MIN,
		.written_again = WHEN_MIN,
		.unpublished = {.dead = WHEN_MAX, .held_known = WHEN_MIN},
		.before = {.dead = WHEN_MAX, .held_known = WHEN_MIN},
		.unpublished_ready = WHEN_MIN,
	};

	fold.epoch.evidence = evidence_none();
	return fold;
}

bool pod_fold_record(struct pod_fold *fold, struct pod_record *record, bool deleted,
		     const struct arrival *arrival, struct epoch *ended)
{
	bool later = false, begins, is_released;

	/* A kubelet writes a terminal phase when all has terminated, others at any time. */
	told_again(fold, record);
	fold->foreign =
		fold->foreign || (record->terminal && (record->running || !record->all_terminated));
	record->foreign = fold->foreign;
	/* The kubelet of a mirror may have started again in between. */
	if (record->identity != 0 && !when_is_min(fold->start_time))
		record->start_time = when_is_min(record->start_time)
					     ? fold->start_time
					     : when_earlier(record->start_time, fold->start_time);
	begins = begins_epoch(fold, record, deleted);
	fold->before.there = false;
	if (!when_is_min(record->start_time))
		fold->start_time = record->start_time;
	if (begins) {
		fold->before.from = fold->start_time;
		if (fold->has_epoch)
			fold->before.from = when_later(fold->start_time,
						       evidence_of_end(&fold->epoch.evidence));
		later = begin_epoch(fold, record, deleted, arrival, ended);
		fold->unpublished.there = false;
		fold->before.dead = fold->unpublished.dead;
		fold->unpublished.dead = WHEN_MAX;
	}
	if (record->node)
		fold->unpublished.node = record->node;
	/* After an epoch, what has terminated is of its sandbox, not of the next one. */
	is_released = !fold->has_epoch && told_released(record);
	/* After its end only more evidence of the end belongs to the epoch; anything else is of
	 * a sandbox that has no address yet. */
	if (fold->has_epoch &&
	    (fold->epoch.evidence.how == BINDING_OPEN || told_finished(&fold->epoch, record)))
		add_record(fold, record, deleted, arrival);
	if (begins)
		epoch_unpublished_before(fold);
	else if (!fold->has_epoch || fold->epoch.evidence.how != BINDING_OPEN)
		epoch_unpublished_sandbox(fold, record, arrival->received);
	epoch_unpublished_fold(fold, deleted || record->terminal, is_released, arrival->received);
	return later;
}

void pod_fold_absent(struct pod_fold *fold, const struct arrival *arrival)
{
	struct epoch *epoch = &fold->epoch;
	bool finished =
		finished_before(epoch, epoch->evidence.all_terminated, epoch->evidence.terminating);

	add_known(&epoch->evidence, arrival);
	if (fold->has_epoch && epoch->evidence.how == BINDING_OPEN)
		end_epoch(epoch, finished ? BINDING_FINISHED : BINDING_LOST, arrival);
	epoch_unpublished_fold(fold, true, false, arrival->received);
}

void pod_fold_node_gone(struct pod_fold *fold, const struct arrival *arrival)
{
	add_known(&fold->epoch.evidence, arrival);
	end_epoch(&fold->epoch, BINDING_LOST, arrival);
	epoch_unpublished_fold(fold, false, false, arrival->received);
}
