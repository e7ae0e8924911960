#include "common/timeline/rules/epoch_told.h"

static bool holds_family(const struct epoch *epoch, const struct ip *ip)
{
	for (size_t i = 0; i < epoch->address_count; i++) {
		if (ip_is_v4(&epoch->addresses[i]) == ip_is_v4(ip))
			return true;
	}
	return false;
}

bool told_moved(const struct epoch *epoch, const struct pod_record *record)
{
	for (size_t i = 0; i < record->address_count; i++) {
		const struct ip *ip = &record->addresses[i];

		if (holds_family(epoch, ip) &&
		    !ip_among(ip, epoch->addresses, epoch->address_count))
			return true;
	}
	return false;
}

bool told_released(const struct pod_record *record)
{
	return (record->annotation_emptied && !record->running) ||
	       (record->terminal && record->all_terminated && !record->running && !record->foreign);
}

/* A sandbox is False also before it is there. */
bool told_dead(const struct epoch *epoch, const struct pod_record *record)
{
	return record->sandbox == POD_SANDBOX_FALSE &&
	       (record->published || record->started_count > 0 ||
		!when_is_min(epoch->evidence.sandbox_ready));
}

bool told_gone(const struct epoch *epoch, const struct pod_record *record)
{
	return told_dead(epoch, record) && !record->running;
}

bool told_finished(const struct epoch *epoch, const struct pod_record *record)
{
	if (told_released(record))
		return true;
	if (!told_gone(epoch, record))
		return false;
	if (when_is_min(record->sandbox_changed))
		return true;
	/* The address of a sandbox that died is free only after its containers have ended. */
	for (size_t i = 0; i < record->finished_count; i++) {
		if (when_before(record->sandbox_changed, record->finished[i]))
			return false;
	}
	return true;
}

struct when told_newest_finish(const struct epoch *epoch, const struct pod_record *record)
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

bool told_alive(const struct epoch *epoch, const struct pod_record *record, bool deleted)
{
	return !told_finished(epoch, record) && !record->terminal && !deleted;
}

bool told_restarted(const struct epoch *epoch, const struct pod_record *record, bool deleted)
{
	struct when finish = told_newest_finish(epoch, record);

	return told_alive(epoch, record, deleted) && record->sandbox == POD_SANDBOX_UNTOLD &&
	       when_is_min(epoch->evidence.sandbox_ready) &&
	       when_is_min(epoch->evidence.sandbox_gone) && !when_is_min(finish) &&
	       !when_is_max(record->first_running) && when_not_after(finish, record->first_running);
}

/* If not, the record may repeat what was true of the
 * sandbox before. Kubelets tell whole seconds; what was shown may be one that was cut to `received`. */
bool told_fresh(const struct pod_fold *fold, const struct pod_record *record)
{
	for (size_t i = 0; i < record->started_count; i++) {
		if (when_second_later(record->started[i], fold->newest_started))
			return true;
	}
	return false;
}

/* What ran since before that start need not run any more. */
void told_again(struct pod_fold *fold, struct pod_record *record)
{
	if (record->identity == 0)
		return;
	if (!when_is_min(record->written_again)) {
		fold->written_again = record->written_again;
		return;
	}
	if (when_is_min(fold->written_again) || when_is_min(record->least_start) ||
	    when_second_later(record->least_start, fold->written_again))
		return;
	record->start_time = WHEN_MIN;
	if (record->sandbox == POD_SANDBOX_TRUE &&
	    when_not_after(record->sandbox_changed, record->least_start))
		record->sandbox_changed = WHEN_MIN;
}

bool told_newer_sandbox(const struct evidence *old, const struct pod_record *record)
{
	return record->sandbox == POD_SANDBOX_TRUE &&
	       !when_is_min(when_later(old->sandbox_ready, old->sandbox_gone)) &&
	       when_second_later(record->sandbox_changed, old->sandbox_ready) &&
	       when_before(old->sandbox_gone, record->sandbox_changed);
}
