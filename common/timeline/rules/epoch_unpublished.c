#include "common/timeline/rules/epoch_unpublished.h"

void epoch_unpublished_fold(struct pod_fold *fold, bool gone, bool released, struct when received)
{
	struct unpublished *unpublished = &fold->unpublished;
	const struct evidence *evidence = &fold->epoch.evidence;

	if (fold->has_epoch && evidence->how == BINDING_OPEN) {
		unpublished->there = false;
		return;
	}
	if (unpublished->there && gone && !when_is_max(unpublished->until)) {
		if (released && !unpublished->released)
			unpublished->until = received;
		unpublished->released = unpublished->released || released;
		return;
	}
	/* An epoch that its kubelet ended with the pod itself leaves nothing open. A pod that was
	 * lost may have been given another sandbox since its last report. */
	if (unpublished->node == 0 ||
	    (!unpublished->there && gone && fold->has_epoch && evidence->how != BINDING_LOST))
		return;
	unpublished->there = true;
	unpublished->from = fold->start_time;
	unpublished->held_known = WHEN_MIN;
	if (fold->has_epoch) {
		unpublished->from = when_later(unpublished->from, evidence_of_end(evidence));
		unpublished->held_known = evidence->ended_known;
	}
	unpublished->until = gone ? received : WHEN_MAX;
	unpublished->released = released;
}

void epoch_unpublished_sandbox(struct pod_fold *fold, const struct pod_record *record,
			       struct when received)
{
	struct when ready = fold->unpublished_ready, changed = record->sandbox_changed;
	bool there = record->sandbox == POD_SANDBOX_TRUE;

	if (!when_is_min(ready) &&
	    (record->sandbox == POD_SANDBOX_FALSE || (there && when_before(ready, changed))))
		fold->unpublished.dead = when_earlier(fold->unpublished.dead,
						      when_is_min(changed) ? received : changed);
	if (there && !when_is_min(changed) && (when_is_min(ready) || when_before(changed, ready)))
		fold->unpublished_ready = changed;
}

void epoch_unpublished_before(struct pod_fold *fold)
{
	struct when ready = fold->epoch.evidence.sandbox_ready;

	fold->before.there = fold->unpublished.node != 0 && !when_is_min(fold->unpublished_ready) &&
			     when_before(fold->unpublished_ready, ready);
	fold->before.until = when_add(ready, NS_PER_SECOND);
	fold->before.released = true;
	fold->before.node = fold->unpublished.node;
	fold->unpublished_ready = WHEN_MIN;
}
