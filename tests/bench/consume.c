/* consume IN [BROKER] - reads every record that there is at IN, a file or "kafka:TOPIC", and does nothing with it. Prints how
 * many records and bytes these were. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/program/log.h"
#include "common/topic/topic_reader.h"

int main(int argc, char **argv)
{
	struct bus_options options = {0};
	struct topic_reader *reader;
	struct bus_record record;
	enum bus_status status;
	uint64_t records = 0, bytes = 0;

	log_init("consume", LOG_LEVEL_INFO, LOG_LOGFMT);
	if (argc < 2) {
		log_error("usage: consume IN [BROKER]");
		return 64;
	}
	options.brokers = argc > 2 ? argv[2] : NULL;
	reader = topic_reader_open(argv[1], &options, 0);
	if (reader == NULL)
		return EXIT_FAILURE;
	while ((status = topic_reader_read(reader, 100, &record)) == BUS_RECORD ||
	       status == BUS_QUIET) {
		if (status == BUS_QUIET)
			continue;
		records++;
		bytes += record.value_length;
	}
	topic_reader_close(reader);
	printf("%" PRIu64 " records, %" PRIu64 " bytes\n", records, bytes);
	return status == BUS_END ? EXIT_SUCCESS : EXIT_FAILURE;
}
