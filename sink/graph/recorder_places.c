#include "sink/graph/recorder_places.h"

/* Notes what of the last start was held and has not come again. */
static int keep_held(const struct recorder_place *places, const struct progress *before,
		     struct progress *progress)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct progress_partition *partition = &before->partitions[i];

		for (size_t h = 0; h < partition->held_count; h++) {
			const struct conversation_place place = {(int32_t)i, partition->held[h]};

			if (place.offset >= places[i].at &&
			    progress_hold(progress, &place, progress_carry(before, &place)) < 0)
				return -1;
		}
	}
	return 0;
}

static int note_slices(const struct conversation *conversation, struct progress *progress)
{
	for (size_t i = 0; i < conversation->count; i++) {
		const struct conversation_slice *slice = conversation->slices[i];
		const struct conversation_carry carry = {slice->source_flags,
							 slice->destination_flags, slice->answered,
							 conversation->counted};

		if (progress_hold(progress, &slice->place, carry.counted.chosen ? &carry : NULL) <
		    0)
			return -1;
	}
	return 0;
}

/* Notes what is not counted yet: it is not over, or it is and waits. */
static int note_held(const struct intake *intake, struct progress *progress)
{
	const struct conversation *conversation = NULL;

	while ((conversation = conversations_next(intake->conversations, conversation)) != NULL) {
		if (note_slices(conversation, progress) < 0)
			return -1;
	}
	while ((conversation = conversations_settled(intake->conversations, conversation)) !=
	       NULL) {
		if (note_slices(conversation, progress) < 0)
			return -1;
	}
	return 0;
}

int recorder_places_progress(const struct recorder_place *places, size_t count,
			     const struct intake *intake, const struct progress *before,
			     struct progress *progress)
{
	const struct partition_times *times = &intake->times;

	progress->mark = before->mark;
	for (size_t i = 0; i < count; i++) {
		struct when newest = i < times->count ? times->newest[i] : WHEN_MIN;

		if (progress_set(progress, (int32_t)i, places[i].next, newest) < 0)
			return -1;
	}
	if (keep_held(places, before, progress) < 0 || note_held(intake, progress) < 0)
		return -1;
	progress_sort(progress);
	return 0;
}
