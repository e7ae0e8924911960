/* Bytes of a watch: whatever a server sends, the records that come out are kube events
 * without a byte that would break a line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/record/kube_event.h"
#include "producers/kube/watch.h"
#include "producers/kube/watch_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(const struct text *record)
{
	struct kube_event event;
	struct fault fault;

	if (record->failed)
		return;
	if (memchr(record->data, '\n', record->length))
		abort();
	/* An object may lack its uid or nest too deep; the envelope is good even then. */
	if (kube_event_parse(record->data, record->length, &event, &fault) == 0)
		kube_event_clear(&event);
	else if (fault.reason == FAULT_NOT_AN_OBJECT || fault.reason == FAULT_UNKNOWN_TYPE ||
		 fault.reason == FAULT_UNKNOWN_RESOURCE)
		abort();
}

static void give_all(struct watch *watch, struct text *record)
{
	const struct clocks now = {{1}, {1}, {1}};

	for (;;) {
		text_clear(record);
		if (!watch_records_next(watch, &now, record))
			return;
		check_record(record);
	}
}

/* The first byte selects the resource and whether the rest is a stream or a page. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct watch watch;
	struct watch_stats stats = {0};
	struct text record, path;
	struct kube_event event;
	struct fault fault;
	const struct clocks start = {{0}, {0}, {0}};

	if (size == 0)
		return 0;
	if (kube_event_parse((const char *)data + 1, size - 1, &event, &fault) == 0)
		kube_event_clear(&event);
	text_init(&record, 1u << 24);
	watch_init(&watch, (enum kube_resource)(data[0] % KUBE_RESOURCES), "c", 1, &stats);
	text_init(&path, 4096);
	watch_ask(&watch, &start, &path);
	text_free(&path);
	if (data[0] & 0x40) {
		watch.state = WATCH_OPEN;
		for (size_t half = size / 2, from = 1, to = half > 1 ? half : size; from < size;
		     from = to, to = size) {
			text_add(&watch.body, (const char *)data + from, to - from);
			give_all(&watch, &record);
		}
	} else {
		text_add(&watch.body, (const char *)data + 1, size - 1);
		watch_answered(&watch, data[0] & 0x20 ? 410 : 200, &start);
		give_all(&watch, &record);
		watch_ended(&watch, &(struct watch_end){.status = data[0] & 0x20 ? 410 : 200},
			    &start);
		give_all(&watch, &record);
	}
	watch_free(&watch);
	text_free(&record);
	return 0;
}
