/* From a name to the addresses that ever had it. */
#include "common/timeline/timeline.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/program/log.h"
#include "common/timeline/judge.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/timeline_internal.h"

#define KEY_LIMIT 4096

void timeline_addresses_clear(struct timeline_addresses *addresses)
{
	free(addresses->list);
	*addresses = (struct timeline_addresses){.count = 0};
}

static int by_address(const void *a, const void *b)
{
	return ip_compare(a, b);
}

/* Puts the addresses in order, each once. */
static void sort(struct timeline_addresses *all)
{
	size_t kept = 0;

	if (all->count > 1)
		qsort(all->list, all->count, sizeof(*all->list), by_address);
	for (size_t a = 0; a < all->count; a++) {
		if (kept == 0 || ip_compare(&all->list[kept - 1], &all->list[a]) != 0)
			all->list[kept++] = all->list[a];
	}
	all->count = kept;
}

/* Adds the addresses of NAME in TABLE (name_rows.h). */
static int add_addresses(struct timeline *timeline, enum row_table table, struct span name,
			 struct timeline_addresses *out)
{
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;
	int rc;

	text_init(&prefix, KEY_LIMIT);
	row_key_addresses_of(&prefix, table, timeline->answering->id, name);
	scan = store_scan_begin(timeline->store, &prefix, &prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		struct codec codec = codec_read(
			(struct span){key.data + prefix.length, key.length - prefix.length});
		struct ip ip = codec_ip(&codec);

		if (!codec_done(&codec)) {
			rc = store_damaged(timeline->store, "an address of a name");
			break;
		}
		if (array_grow(&out->list, &out->capacity, out->count + 1, sizeof(*out->list)) <
		    0) {
			log_error("timeline: out of memory for the addresses of a name");
			rc = -1;
			break;
		}
		out->list[out->count++] = ip;
	}
	store_scan_end(scan);
	text_free(&prefix);
	return rc;
}

/* Adds the addresses of each holder that has or had NAME. */
static int add_holders(struct timeline *timeline, enum holder_kind kind, struct span name,
		       struct timeline_addresses *out)
{
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;
	int rc;

	text_init(&prefix, KEY_LIMIT);
	row_key_named(&prefix, timeline->answering->id, kind, name, span_of(""));
	scan = store_scan_begin(timeline->store, &prefix, &prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		struct span uid = {key.data + prefix.length, key.length - prefix.length};

		rc = add_addresses(timeline, ROW_HELD, uid, out);
		if (rc < 0)
			break;
	}
	store_scan_end(scan);
	text_free(&prefix);
	return rc;
}

int timeline_addresses_of(struct timeline *timeline, enum timeline_name_kind kind,
			  struct span full_name, struct timeline_addresses *out)
{
	static const enum holder_kind kinds[] = {
		[TIMELINE_SERVICE] = HOLDER_SERVICE,
		[TIMELINE_POD] = HOLDER_POD,
		[TIMELINE_NODE] = HOLDER_NODE,
		[TIMELINE_SERVICE_OWN] = HOLDER_SERVICE,
	};
	int rc;

	*out = (struct timeline_addresses){.count = 0};
	if (timeline->answering == NULL || full_name.length > UINT16_MAX)
		return 0;
	rc = add_holders(timeline, kinds[kind], full_name, out);
	if (rc == 0 && kind == TIMELINE_SERVICE)
		rc = add_addresses(timeline, ROW_MEMBERS_OF, full_name, out);
	if (rc < 0) {
		timeline_addresses_clear(out);
		return -1;
	}
	sort(out);
	return 0;
}

/* Keeps those of ALL that SERVICE lists. -1 after logging. */
static int keep_listed(struct timeline *timeline, struct span service,
		       const struct timeline_question *question, struct timeline_addresses *all)
{
	const struct services_question asked = judge_services_question(question, HOLDER_POD);
	size_t kept = 0;

	for (size_t a = 0; a < all->count; a++) {
		const struct history *history = judge_history(timeline, &all->list[a]);

		if (history == NULL)
			return -1;
		if (services_has_member(history->memberships, history->membership_count, service,
					&asked))
			all->list[kept++] = all->list[a];
	}
	all->count = kept;
	return 0;
}

int timeline_endpoints_at(struct timeline *timeline, struct span service,
			  const struct timeline_question *question, struct timeline_addresses *out)
{
	*out = (struct timeline_addresses){.count = 0};
	if (timeline->answering == NULL || service.length > UINT16_MAX)
		return 0;
	if (add_addresses(timeline, ROW_MEMBERS_OF, service, out) == 0 &&
	    keep_listed(timeline, service, question, out) == 0)
		return 0;
	timeline_addresses_clear(out);
	return -1;
}
