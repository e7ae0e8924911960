/* kafka_offset.h - asks a broker for an offset (ListOffsets), in steps. rd_kafka_query_watermark_offsets() of librdkafka
 * 2.0 asks the same and does not honour its time limit. */
#ifndef TENURE_KAFKA_OFFSET_H
#define TENURE_KAFKA_OFFSET_H

#include "common/kafka/kafka_client.h"

/* Instead of a time: the first offset, and that after the last record that the client may read. */
#define KAFKA_OFFSET_FIRST INT64_C(-2)
#define KAFKA_OFFSET_END INT64_C(-1)

/* Sets *OFFSET to that of the first record of PARTITION whose timestamp is TIME_MS, in milliseconds since 1970, or later; -1
 * if there is none. Waits for up to PATIENCE_MS, with the pause of OPTIONS, unless the program is asked to stop. */
rd_kafka_resp_err_t kafka_offset_find(rd_kafka_t *client, const struct bus_options *options,
				      const char *topic, int32_t partition, int64_t time_ms,
				      int patience_ms, int64_t *offset);

#endif
