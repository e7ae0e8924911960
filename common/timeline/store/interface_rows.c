#include "common/timeline/store/interface_rows.h"

#include "common/timeline/store/codec.h"

void row_add_interface(struct text *value, const struct interface_span *row)
{
	codec_add_u64(value, row->node);
	codec_add_u64(value, row->name);
	codec_add_u64(value, row->host);
	codec_add_u64(value, row->uid);
	codec_add_when(value, row->first);
	codec_add_when(value, row->last);
	codec_add_when(value, row->any_first);
	codec_add_when(value, row->any_last);
	codec_add_when(value, row->since);
	codec_add_when(value, row->appeared);
	codec_add_when(value, row->until);
	codec_add_when(value, row->alone_since);
	codec_add_when(value, row->alone_until);
	codec_add_u64(value, row->sequence);
	codec_add_u8(value, row->several);
}

bool row_interface(struct span value, struct interface_span *row)
{
	struct codec codec = codec_read(value);

	row->node = codec_u64(&codec);
	row->name = codec_u64(&codec);
	row->host = codec_u64(&codec);
	row->uid = codec_u64(&codec);
	row->first = codec_when(&codec);
	row->last = codec_when(&codec);
	row->any_first = codec_when(&codec);
	row->any_last = codec_when(&codec);
	row->since = codec_when(&codec);
	row->appeared = codec_when(&codec);
	row->until = codec_when(&codec);
	row->alone_since = codec_when(&codec);
	row->alone_until = codec_when(&codec);
	row->sequence = codec_u64(&codec);
	row->several = codec_u8(&codec) != 0;
	return codec_done(&codec);
}
