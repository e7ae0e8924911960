#include "tests/unit/producers/kube/fault_judge.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/producers/kube/fake_api.h"

void fault_judge_init(struct fault_judge *judge)
{
	*judge = (struct fault_judge){0};
	judge->times = calloc(FAKE_CHANGES, 1);
	judge->index = calloc(FAKE_CHANGES, sizeof(*judge->index));
}

void fault_judge_free(struct fault_judge *judge)
{
	free(judge->times);
	free(judge->index);
}

static void take_object(struct fault_judge *judge, const struct kube_event *event)
{
	size_t change = strtoul(event->name.data + 1, NULL, 10);
	int slot = (int)strtol(event->uid.data, NULL, 10);
	struct fault_judge_object *object = &judge->state[event->resource][slot];
	/* A list that a kill has broken off is still open. */
	bool item = event->resource_version <= judge->sync[event->resource];

	assert_true(change < fake_count());
	if (!item && judge->times[change]++ == 0)
		judge->index[change] = judge->records;
	judge->beside += !item && judge->sync[event->resource] > 0;
	object->seen = true;
	/* Changes are written also while a planned list is. */
	if (event->resource_version >= object->revision) {
		object->there = event->type != KUBE_DELETED;
		object->change = change;
		object->revision = event->resource_version;
	}
	if (judge->greatest[event->resource] < event->resource_version)
		judge->greatest[event->resource] = event->resource_version;
}

/* A list of REVISION begins; 0: it ends. */
static void take_sync(struct fault_judge *judge, enum kube_resource resource, uint64_t revision)
{
	for (int slot = 0; slot < FAKE_SLOTS; slot++) {
		struct fault_judge_object *object = &judge->state[resource][slot];

		if (revision == 0 && !object->seen && object->revision <= judge->sync[resource])
			object->there = false;
		object->seen = false;
	}
	judge->sync[resource] = revision;
}

void fault_judge_take(struct fault_judge *judge, const struct kube_event *event)
{
	enum kube_resource r = event->resource;

	switch (event->type) {
	case KUBE_PROGRESS:
		assert_true(judge->progress_count < FAULT_JUDGE_PROGRESS);
		judge->progress[judge->progress_count].known = event->known;
		judge->progress[judge->progress_count++].index = judge->records;
		break;
	case KUBE_GAP:
		assert_true(judge->gap_count < FAULT_JUDGE_GAPS);
		judge->gaps[judge->gap_count++] =
			(struct fault_judge_gap){r, event->from, event->to, judge->records};
		judge->needless += !fake_api_told_lost(r);
		break;
	case KUBE_SYNC_BEGIN:
		judge->new_epoch[r] = judge->new_epoch[r] || event->new_epoch;
		if (event->resource_version < judge->greatest[r]) {
			judge->new_order[r] = true;
			for (int slot = 0; slot < FAKE_SLOTS; slot++)
				judge->state[r][slot].revision = 0;
		}
		judge->greatest[r] = event->resource_version;
		if (!judge->synced[r])
			while (judge->first_list[r] < fake_count() &&
			       fake_changes()[judge->first_list[r]].revision <=
				       event->resource_version)
				judge->first_list[r]++;
		judge->synced[r] = true;
		take_sync(judge, r, event->resource_version);
		break;
	case KUBE_SYNC_END:
		take_sync(judge, r, 0);
		break;
	default:
		take_object(judge, event);
		break;
	}
	judge->records++;
}

/* True if a GAP declares the change; one after record INDEX does not count. */
static bool declared(const struct fault_judge *judge, const struct fake_change *change,
		     size_t index)
{
	for (size_t i = 0; i < judge->gap_count; i++) {
		const struct fault_judge_gap *gap = &judge->gaps[i];

		if (gap->resource == change->resource && when_not_after(gap->from, change->at) &&
		    when_not_after(change->at, gap->to) && gap->index < index)
			return true;
	}
	return false;
}

/* The first PROGRESS that promises the change. */
static size_t promised(const struct fault_judge *judge, const struct fake_change *change)
{
	size_t i = 0;

	while (i < judge->progress_count && when_not_after(judge->progress[i].known, change->at))
		i++;
	return i < judge->progress_count ? judge->progress[i].index : SIZE_MAX;
}

/* True if the change was written. */
static bool judge_change(const struct fault_judge *judge, size_t i)
{
	const struct fake_change *change = &fake_changes()[i];
	size_t index = promised(judge, change);
	bool written = judge->times[i] > 0;

	if (change->resource == KUBE_RESOURCES || i < judge->first_list[change->resource])
		return true;
	if (judge->times[i] > 1)
		fail_msg("%s %zu was written %u times", kube_resource_name(change->resource), i,
			 judge->times[i]);
	if (!written && !declared(judge, change, SIZE_MAX))
		fail_msg("%s %zu of revision %" PRIu64 " at %" PRId64 " ms was lost",
			 kube_resource_name(change->resource), i, change->revision,
			 when_since(change->at, fake_changes()[0].at) / NS_PER_MS);
	if (!(written && judge->index[i] < index) && !declared(judge, change, index) &&
	    !judge->promises_may_break)
		fail_msg("%s %zu was promised by record %zu and written as %zu",
			 kube_resource_name(change->resource), i, index, judge->index[i]);
	return written;
}

static void judge_state(const struct fault_judge *judge)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		for (int slot = 0; slot < FAKE_SLOTS; slot++) {
			const struct fake_change *now = fake_state((enum kube_resource)r, slot);
			const struct fault_judge_object *object = &judge->state[r][slot];
			bool same = object->there == (now != NULL) &&
				    (now == NULL || &fake_changes()[object->change] == now);

			if (!same)
				fail_msg("%s: slot %d differs",
					 kube_resource_name((enum kube_resource)r), slot);
		}
	}
}

size_t fault_judge_check(const struct fault_judge *judge)
{
	size_t unwritten = 0;

	for (size_t i = 0; i < fake_count(); i++)
		unwritten += !judge_change(judge, i);
	judge_state(judge);
	return unwritten;
}

struct when fault_judge_known(const struct fault_judge *judge)
{
	size_t count = judge->progress_count;

	return count > 0 ? judge->progress[count - 1].known : WHEN_MIN;
}
