/* A flow that was read can be spliced: the result is JSON, begins with the flow's own bytes, is
 * refused as already tagged, and read as a first answer about the same flow. That one can be
 * corrected, once. A flow that was refused can be written as rejected. A tagged record of any origin
 * that is read has its parts where they are said to be, and its answers hold while nothing changes. */
#define _GNU_SOURCE /* memmem */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/scan.h"
#include "common/record/flow_endpoints.h"
#include "enricher/first_answer.h"
#include "enricher/rejected.h"
#include "enricher/tagged.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

/* FLOW is the place of the flow if this is a correction. */
static void splice(struct text *out, const char *record, const struct flow_endpoints *ends,
		   struct span flow)
{
	const struct tagged_common common = {.rules = 2,
					     .revision = flow.length > 0 ? 2 : 1,
					     .kube_known = {INT64_MAX},
					     .topic = "flows",
					     .flow = flow};
	struct text json;

	text_init(&json, 1024);
	tagged_common_add(&json, &common);
	tagged_begin(out, record, ends->closing_brace, ends->empty);
	text_add_string(out, "{}");
	tagged_between(out);
	text_add_string(out, "{}");
	for (int i = 0; i < FLOW_OTHERS; i += 2) {
		bool source = ends->has_other[i], destination = ends->has_other[i + 1];
		const char *group = i == FLOW_SOURCE_NAT ? "nat" : "original";

		if (source) {
			tagged_other(out, group, "source", true);
			text_add_string(out, "{}");
		}
		if (destination) {
			tagged_other(out, group, "destination", !source);
			text_add_string(out, "{}");
		}
		if (source || destination)
			tagged_others_end(out);
	}
	tagged_end(out, text_span(&json), 1);
	text_free(&json);
}

/* Reads TAGGED, which was spliced from the flow DATA with these ENDS. */
static void read_back(struct span tagged, const uint8_t *data, const struct flow_endpoints *ends)
{
	struct flow_endpoints again;
	struct first_answer answer;
	struct fault fault;
	struct span tags;
	struct text out;

	check(flow_endpoints_read(tagged.data, tagged.length, &again, &fault) < 0);
	check(fault.reason == FAULT_ALREADY_TAGGED);
	check(flow_endpoints_read_tagged(tagged.data, tagged.length, &again, &tags, &fault) == 0);
	check(again.closing_brace == ends->closing_brace && again.end.ns == ends->end.ns);
	check(first_answer_read(tags, 2, &answer, &fault) == 0);
	text_init(&out, 16 * 1024 * 1024);
	splice(&out, tagged.data, &again, answer.flow);
	check(!out.failed && scan_validate(out.data, out.length) == SCAN_GOOD);
	check(memcmp(out.data, data, ends->closing_brace) == 0);
	check(flow_endpoints_read_tagged(out.data, out.length, &again, &tags, &fault) == 0);
	check(first_answer_read(tags, 2, &answer, &fault) < 0);
	check(fault.reason == FAULT_ALREADY_REVISED);
	text_free(&out);
}

static void check_inside(struct span inner, struct span outer)
{
	check(inner.data > outer.data && inner.length > 0 &&
	      inner.data + inner.length < outer.data + outer.length);
	check(scan_validate(inner.data, inner.length) == SCAN_GOOD);
}

static void read_any(const char *data, size_t size)
{
	struct first_answer answer;
	struct flow_endpoints ends;
	struct fault fault;
	struct span tags;

	if (flow_endpoints_read_tagged(data, size, &ends, &tags, &fault) < 0)
		return;
	check_inside(tags, (struct span){data, size});
	if (first_answer_read(tags, 2, &answer, &fault) < 0)
		return;
	check_inside(answer.source, tags);
	check_inside(answer.destination, tags);
	check(answer.others.data > tags.data &&
	      answer.others.data + answer.others.length < tags.data + tags.length);
	check_inside(answer.flow, tags);
	check(first_answer_holds(answer.source, answer.source));
	check(first_answer_holds(answer.source, answer.destination) ==
		      span_equal(answer.source, answer.destination) ||
	      memmem(answer.source.data, answer.source.length, "null", 4) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rejected rejected = {
		.flow = {"flows", 0, 1},
		.bytes = (const char *)data,
		.length = size,
	};
	struct flow_endpoints ends;
	struct fault fault;
	struct text out;

	text_init(&out, 16 * 1024 * 1024);
	if (flow_endpoints_read((const char *)data, size, &ends, &fault) == 0) {
		check(when_not_after(ends.start, ends.end));
		splice(&out, (const char *)data, &ends, (struct span){NULL, 0});
		check(memcmp(out.data, data, ends.closing_brace) == 0);
		check(scan_validate(out.data, out.length) == SCAN_GOOD);
		read_back(text_span(&out), data, &ends);
	} else {
		rejected.reason = fault_name(fault.reason);
		rejected.member = fault.member;
		rejected.detail = fault.detail;
		rejected_add(&out, &rejected);
		check(scan_validate(out.data, out.length) == SCAN_GOOD);
	}
	check(!out.failed);
	text_free(&out);
	read_any((const char *)data, size);
	return 0;
}
