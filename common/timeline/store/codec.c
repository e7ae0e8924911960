#include "common/timeline/store/codec.h"

#include <endian.h>
#include <string.h>

#define SIGN (UINT64_C(1) << 63)

/* Adds the last COUNT bytes of VALUE. */
static inline void add_integer(struct text *out, uint64_t value, size_t count)
{
	char bytes[sizeof(value)];

	value = htobe64(value);
	memcpy(bytes, &value, sizeof(value));
	text_add(out, bytes + sizeof(value) - count, count);
}

void codec_add_u8(struct text *out, unsigned value)
{
	add_integer(out, value, 1);
}

void codec_add_u32(struct text *out, uint32_t value)
{
	add_integer(out, value, 4);
}

void codec_add_u64(struct text *out, uint64_t value)
{
	add_integer(out, value, 8);
}

void codec_add_when(struct text *out, struct when moment)
{
	codec_add_u64(out, (uint64_t)moment.ns ^ SIGN);
}

void codec_add_ip(struct text *out, const struct ip *ip)
{
	text_add(out, (const char *)ip->bytes, sizeof(ip->bytes));
}

void codec_add_span(struct text *out, struct span span)
{
	if (span.length > UINT16_MAX) {
		out->failed = true;
		return;
	}
	add_integer(out, span.length, 2);
	if (span.length > 0)
		text_add(out, span.data, span.length);
}

void codec_add_evidence(struct text *out, const struct evidence *evidence)
{
	codec_add_u8(out, (unsigned)evidence->how | (evidence->sandbox_dead ? 0x08u : 0) |
				  (evidence->shared ? 0x10u : 0) | (evidence->gateway ? 0x20u : 0) |
				  (evidence->all_terminated ? 0x40u : 0) |
				  (evidence->terminating ? 0x80u : 0));
	codec_add_u64(out, evidence->node);
	codec_add_u64(out, evidence->identity);
	for (size_t i = 0; i < EVIDENCE_INSTANTS; i++)
		codec_add_when(out, evidence->instants[i]);
}

void codec_add_fold(struct text *out, const struct pod_fold *fold)
{
	codec_add_u8(out, (fold->has_epoch ? 1u : 0) | (fold->unpublished.released ? 2u : 0) |
				  (fold->unpublished.there ? 4u : 0) | (fold->foreign ? 8u : 0));
	codec_add_when(out, fold->newest_started);
	codec_add_when(out, fold->start_time);
	codec_add_when(out, fold->written_again);
	codec_add_when(out, fold->unpublished_ready);
	codec_add_when(out, fold->unpublished.from);
	codec_add_when(out, fold->unpublished.until);
	codec_add_when(out, fold->unpublished.dead);
	codec_add_when(out, fold->unpublished.held_known);
	codec_add_u64(out, fold->unpublished.node);
	codec_add_u64(out, fold->epoch.number);
	codec_add_u8(out, (unsigned)fold->epoch.address_count);
	for (size_t i = 0; i < fold->epoch.address_count; i++)
		codec_add_ip(out, &fold->epoch.addresses[i]);
	codec_add_evidence(out, &fold->epoch.evidence);
	codec_add_when(out, fold->epoch.previous_ready);
	codec_add_when(out, fold->epoch.previous_gone);
	codec_add_when(out, fold->epoch.previous_started);
}

struct codec codec_read(struct span row)
{
	return (struct codec){(const uint8_t *)row.data, row.length, false};
}

/* COUNT bytes of the row, or NULL past its end (2). */
static const uint8_t *take(struct codec *codec, size_t count)
{
	const uint8_t *at = codec->at;

	if (codec->failed || codec->left < count) {
		codec->failed = true;
		return NULL;
	}
	codec->at += count;
	codec->left -= count;
	return at;
}

/* Inline, so that COUNT is known and no loop is left: a row is little else. */
static inline uint64_t take_integer(struct codec *codec, size_t count)
{
	const uint8_t *at = take(codec, count);
	char bytes[sizeof(uint64_t)] = {0};
	uint64_t value;

	if (at != NULL)
		memcpy(bytes + sizeof(bytes) - count, at, count);
	memcpy(&value, bytes, sizeof(value));
	return be64toh(value);
}

uint8_t codec_u8(struct codec *codec)
{
	return (uint8_t)take_integer(codec, 1);
}

uint32_t codec_u32(struct codec *codec)
{
	return (uint32_t)take_integer(codec, 4);
}

uint64_t codec_u64(struct codec *codec)
{
	return take_integer(codec, 8);
}

struct when codec_when(struct codec *codec)
{
	return (struct when){(int64_t)(codec_u64(codec) ^ SIGN)};
}

struct ip codec_ip(struct codec *codec)
{
	const uint8_t *at = take(codec, 16);
	struct ip ip = {{0}};

	if (at != NULL)
		memcpy(ip.bytes, at, sizeof(ip.bytes));
	return ip;
}

struct span codec_span(struct codec *codec)
{
	size_t length = (size_t)take_integer(codec, 2);
	const uint8_t *at = take(codec, length);

	return at != NULL ? (struct span){(const char *)at, length} : (struct span){"", 0};
}

struct evidence codec_evidence(struct codec *codec)
{
	struct evidence evidence = evidence_none();
	unsigned flags = codec_u8(codec);

	if ((flags & 0x07) >= BINDING_ENDS) {
		codec->failed = true;
		return evidence;
	}
	evidence.how = (enum binding_end)(flags & 0x07);
	evidence.sandbox_dead = (flags & 0x08) != 0;
	evidence.shared = (flags & 0x10) != 0;
	evidence.gateway = (flags & 0x20) != 0;
	evidence.all_terminated = (flags & 0x40) != 0;
	evidence.terminating = (flags & 0x80) != 0;
	evidence.node = codec_u64(codec);
	evidence.identity = codec_u64(codec);
	for (size_t i = 0; i < EVIDENCE_INSTANTS; i++)
		evidence.instants[i] = codec_when(codec);
	return evidence;
}

struct pod_fold codec_fold(struct codec *codec)
{
	struct pod_fold fold = pod_fold_none();
	unsigned flags = codec_u8(codec);

	fold.has_epoch = (flags & 1) != 0;
	fold.unpublished.released = (flags & 2) != 0;
	fold.unpublished.there = (flags & 4) != 0;
	fold.foreign = (flags & 8) != 0;
	fold.newest_started = codec_when(codec);
	fold.start_time = codec_when(codec);
	fold.written_again = codec_when(codec);
	fold.unpublished_ready = codec_when(codec);
	fold.unpublished.from = codec_when(codec);
	fold.unpublished.until = codec_when(codec);
	fold.unpublished.dead = codec_when(codec);
	fold.unpublished.held_known = codec_when(codec);
	fold.unpublished.node = codec_u64(codec);
	fold.epoch.number = codec_u64(codec);
	fold.epoch.address_count = codec_u8(codec);
	if (fold.epoch.address_count > EPOCH_ADDRESSES_MAX) {
		codec->failed = true;
		fold.epoch.address_count = 0;
	}
	for (size_t i = 0; i < fold.epoch.address_count; i++)
		fold.epoch.addresses[i] = codec_ip(codec);
	fold.epoch.evidence = codec_evidence(codec);
	fold.epoch.previous_ready = codec_when(codec);
	fold.epoch.previous_gone = codec_when(codec);
	fold.epoch.previous_started = codec_when(codec);
	return fold;
}

bool codec_done(const struct codec *codec)
{
	return !codec->failed && codec->left == 0;
}
