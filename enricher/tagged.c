#include "enricher/tagged.h"

#define ADD(out, literal) text_add((out), (literal), sizeof(literal) - 1)

void tagged_origin_add(struct text *out, const struct tagged_origin *origin)
{
	ADD(out, "\"flow\":{\"topic\":");
	text_add_json_string(out, origin->topic);
	ADD(out, ",\"partition\":");
	text_add_i64(out, origin->partition);
	ADD(out, ",\"offset\":");
	text_add_i64(out, origin->offset);
	ADD(out, "}");
}

void tagged_add(struct text *out, const char *record, size_t closing_brace, bool empty,
		const struct tagged *tagged)
{
	text_add(out, record, closing_brace);
	if (!empty)
		ADD(out, ",");
	ADD(out, "\"tenure\":{\"source\":");
	text_add(out, tagged->source, tagged->source_length);
	ADD(out, ",\"destination\":");
	text_add(out, tagged->destination, tagged->destination_length);
	ADD(out, ",\"rules\":");
	text_add_u64(out, tagged->rules);
	ADD(out, ",\"revision\":");
	text_add_u64(out, tagged->revision);
	if (tagged->provisional != NULL) {
		ADD(out, ",\"provisional\":true,\"provisional_reason\":");
		text_add_json_string(out, tagged->provisional);
	}
	ADD(out, ",\"kube\":{\"partition\":");
	text_add_i64(out, tagged->kube_partition);
	ADD(out, ",\"position\":");
	text_add_i64(out, tagged->kube_position);
	ADD(out, ",\"known\":");
	text_add_when(out, tagged->kube_known);
	ADD(out, "},");
	tagged_origin_add(out, &tagged->flow);
	ADD(out, "}}");
}
