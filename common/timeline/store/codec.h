/* codec.h - numbers, instants and texts as the bytes of a key or a row.
 *
 * (1) Integers are big-endian and instants have their sign bit flipped, so keys sort as their
 *     values do.
 * (2) A reader that runs past its bytes sets FAILED and returns zeros and empty texts from
 *     then on; check FAILED once, at the end.
 */
#ifndef TENURE_CODEC_H
#define TENURE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/base/text.h"
#include "common/base/when.h"
#include "common/timeline/rules/binding.h"
#include "common/timeline/rules/epoch.h"

void codec_add_u8(struct text *out, unsigned value);
void codec_add_u32(struct text *out, uint32_t value);
void codec_add_u64(struct text *out, uint64_t value);
void codec_add_when(struct text *out, struct when moment);
void codec_add_ip(struct text *out, const struct ip *ip);
/* Length (16 bits) and bytes. A span of more than 65,535 bytes fails OUT. */
void codec_add_span(struct text *out, struct span span);
void codec_add_evidence(struct text *out, const struct evidence *evidence);
void codec_add_fold(struct text *out, const struct pod_fold *fold);

struct codec {
	const uint8_t *at;
	size_t left;
	bool failed;
};

struct codec codec_read(struct span row);
uint8_t codec_u8(struct codec *codec);
uint32_t codec_u32(struct codec *codec);
uint64_t codec_u64(struct codec *codec);
struct when codec_when(struct codec *codec);
struct ip codec_ip(struct codec *codec);
struct span codec_span(struct codec *codec); /* inside the row */
struct evidence codec_evidence(struct codec *codec);
struct pod_fold codec_fold(struct codec *codec);
/* Everything was there, and nothing is left. */
bool codec_done(const struct codec *codec);

#endif
