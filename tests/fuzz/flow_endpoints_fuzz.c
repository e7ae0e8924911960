/* A flow that was read can be spliced: the result is JSON, begins with the flow's own bytes,
 * and is refused as already tagged. A flow that was refused can be written as rejected. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/scan.h"
#include "common/record/flow_endpoints.h"
#include "enricher/rejected.h"
#include "enricher/tagged.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

static void splice(struct text *out, const char *record, const struct flow_endpoints *ends)
{
	static const struct tagged_common common = {.kube_known = {INT64_MAX}, .topic = "flows"};
	struct text json;

	text_init(&json, 1024);
	tagged_common_add(&json, &common);
	tagged_begin(out, record, ends->closing_brace, ends->empty);
	text_add_string(out, "{}");
	tagged_between(out);
	text_add_string(out, "{}");
	tagged_end(out, text_span(&json), 1);
	text_free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rejected rejected = {
		.flow = {"flows", 0, 1},
		.bytes = (const char *)data,
		.length = size,
	};
	struct flow_endpoints ends, again;
	struct fault fault;
	struct text out;

	text_init(&out, 16 * 1024 * 1024);
	if (flow_endpoints_read((const char *)data, size, &ends, &fault) == 0) {
		check(when_not_after(ends.start, ends.end));
		splice(&out, (const char *)data, &ends);
		check(memcmp(out.data, data, ends.closing_brace) == 0);
		check(scan_validate(out.data, out.length) == SCAN_GOOD);
		check(flow_endpoints_read(out.data, out.length, &again, &fault) < 0);
		check(fault.reason == FAULT_ALREADY_TAGGED);
	} else {
		rejected.reason = fault_name(fault.reason);
		rejected.member = fault.member;
		rejected.detail = fault.detail;
		rejected_add(&out, &rejected);
		check(scan_validate(out.data, out.length) == SCAN_GOOD);
	}
	check(!out.failed);
	text_free(&out);
	return 0;
}
