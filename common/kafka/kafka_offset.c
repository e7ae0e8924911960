#include "common/kafka/kafka_offset.h"

#include "common/kafka/kafka_wait.h"

rd_kafka_resp_err_t kafka_offset_find(rd_kafka_t *client, const struct bus_options *options,
				      const char *topic, int32_t partition, int64_t time_ms,
				      int patience_ms, int64_t *offset)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_t *place =
		rd_kafka_topic_partition_list_add(list, topic, partition);
	struct kafka_wait wait = kafka_wait_begin(options, patience_ms);
	rd_kafka_resp_err_t error;

	do {
		place->offset = time_ms;
		error = rd_kafka_offsets_for_times(client, list, kafka_wait_step_ms(&wait));
		if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
			error = place->err;
	} while (kafka_wait_again(&wait, error));
	*offset = place->offset;
	rd_kafka_topic_partition_list_destroy(list);
	return error;
}
