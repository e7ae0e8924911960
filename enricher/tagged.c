#include "enricher/tagged.h"

#define ADD(out, literal) text_add((out), (literal), sizeof(literal) - 1)

/* Adds where a record is, up to its offset. */
static void begin_place(struct text *out, const char *topic, int32_t partition)
{
	ADD(out, "{\"topic\":");
	text_add_json_string(out, topic);
	ADD(out, ",\"partition\":");
	text_add_i64(out, partition);
	ADD(out, ",\"offset\":");
}

void tagged_origin_add(struct text *out, const struct tagged_origin *origin)
{
	ADD(out, "\"flow\":");
	begin_place(out, origin->topic, origin->partition);
	text_add_i64(out, origin->offset);
	ADD(out, "}");
}

void tagged_common_add(struct text *out, const struct tagged_common *common)
{
	ADD(out, ",\"rules\":");
	text_add_u64(out, common->rules);
	ADD(out, ",\"revision\":");
	text_add_u64(out, common->revision);
	if (common->provisional != NULL) {
		ADD(out, ",\"provisional\":true,\"provisional_reason\":");
		text_add_json_string(out, common->provisional);
	}
	ADD(out, ",\"kube\":{\"partition\":");
	text_add_i64(out, common->kube_partition);
	ADD(out, ",\"position\":");
	text_add_i64(out, common->kube_position);
	ADD(out, ",\"known\":");
	text_add_when(out, common->kube_known);
	ADD(out, "},\"flow\":");
	if (common->flow.length > 0) {
		text_add(out, common->flow.data, common->flow.length);
		ADD(out, ",\"revises\":");
	}
	begin_place(out, common->topic, common->partition);
}

void tagged_begin(struct text *out, const char *record, size_t closing_brace, bool empty)
{
	text_add(out, record, closing_brace);
	if (!empty)
		ADD(out, ",");
	ADD(out, "\"tenure\":{\"source\":");
}

void tagged_between(struct text *out)
{
	ADD(out, ",\"destination\":");
}

void tagged_other(struct text *out, const char *group, const char *end, bool first)
{
	ADD(out, ",");
	if (first) {
		text_add_json_string(out, group);
		ADD(out, ":{");
	}
	text_add_json_string(out, end);
	ADD(out, ":");
}

void tagged_others_end(struct text *out)
{
	ADD(out, "}");
}

void tagged_end(struct text *out, struct span common, int64_t offset)
{
	text_add(out, common.data, common.length);
	text_add_i64(out, offset);
	ADD(out, "}}}");
}
