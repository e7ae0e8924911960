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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tagged tagged = {
		.source = "{}",
		.source_length = 2,
		.destination = "{}",
		.destination_length = 2,
		.kube_known = WHEN_MAX,
		.flow = {"flows", 0, 1},
	};
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
		tagged_add(&out, (const char *)data, ends.closing_brace, ends.empty, &tagged);
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
