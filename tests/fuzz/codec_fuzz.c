/* Bytes as rows of the timeline's store: whatever decodes comes back through its own
 * bytes, and nothing reads past the end of a row. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/timeline/store/interface_rows.h"
#include "common/timeline/store/interface_state.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/run_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const struct text *text, struct span row)
{
	if (text->failed || text->length != row.length ||
	    (row.length > 0 && memcmp(text->data, row.data, row.length) != 0))
		abort();
}

static void evidence(struct span row, struct text *out)
{
	struct codec codec = codec_read(row);
	struct evidence decoded = codec_evidence(&codec);

	if (!codec_done(&codec))
		return;
	codec_add_evidence(out, &decoded);
	same(out, row);
}

/* Its first byte has bits without a meaning: the second time around they are gone. */
static void fold(struct span row, struct text *out)
{
	struct codec codec = codec_read(row);
	struct pod_fold decoded = codec_fold(&codec);
	struct text again;

	if (!codec_done(&codec))
		return;
	codec_add_fold(out, &decoded);
	codec = codec_read(text_span(out));
	decoded = codec_fold(&codec);
	if (!codec_done(&codec))
		abort();
	text_init(&again, out->limit);
	codec_add_fold(&again, &decoded);
	same(&again, text_span(out));
	text_free(&again);
}

static void membership(struct span row, struct text *out)
{
	struct membership decoded;

	if (!row_membership(row, &decoded))
		return;
	row_add_membership(out, &decoded);
	same(out, row);
}

static void names(struct span row, struct text *out)
{
	struct holder_names decoded;
	struct span first, second;

	if (row_holder(row, &decoded)) {
		row_add_holder(out, &decoded);
		same(out, row);
	}
	text_clear(out);
	if (row_pair(row, &first, &second)) {
		row_add_pair(out, first, second);
		same(out, row);
	}
}

static void key(struct span row, struct text *out)
{
	struct binding_key decoded;
	struct ip ip;

	if (row.length < 21 || row.data[0] != 'a' || !row_binding_key(row, &decoded))
		return;
	memcpy(ip.bytes, row.data + 5, sizeof(ip.bytes));
	row_key_binding(out, (uint32_t)(uint8_t)row.data[4], &ip, decoded.kind, decoded.uid,
			decoded.epoch, decoded.offset);
	if (row.data[1] == 0 && row.data[2] == 0 && row.data[3] == 0)
		same(out, row);
}

/* As of a fold, a flag may have been written as any number. */
static void interface(struct span row, struct text *out)
{
	struct interface_span decoded;
	struct text again;

	if (!row_interface(row, &decoded))
		return;
	row_add_interface(out, &decoded);
	if (!row_interface(text_span(out), &decoded))
		abort();
	text_init(&again, out->limit);
	row_add_interface(&again, &decoded);
	same(&again, text_span(out));
	text_free(&again);
}

static void state(struct span row, struct text *out)
{
	struct interface_state decoded;
	struct text again;

	if (!interface_state_read(row, &decoded))
		return;
	interface_state_write(out, &decoded);
	if (!interface_state_read(text_span(out), &decoded))
		abort();
	text_init(&again, out->limit);
	interface_state_write(&again, &decoded);
	same(&again, text_span(out));
	text_free(&again);
}

static void run(struct span row, struct text *out)
{
	struct run_state decoded;

	if (!run_state_read(row, &decoded))
		return;
	run_state_write(out, &decoded);
	same(out, row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(struct span, struct text *) = {
		evidence, fold, membership, names, key, interface, state, run};
	struct text out;

	if (size == 0)
		return 0;
	text_init(&out, 1 << 20);
	kinds[data[0] % 8]((struct span){(const char *)data + 1, size - 1}, &out);
	text_free(&out);
	return 0;
}
