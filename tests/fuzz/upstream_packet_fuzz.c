/* Bytes as the answer of an upstream server, to the question about 10.1.0.1 with the id in them: each
 * name fits and ends with a NUL. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sink/lookup/dns/upstream_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t address[4] = {10, 1, 0, 1};
	const struct ip ip = ip_from_v4(address);
	uint16_t id = 0;
	enum upstream_reading reading;
	struct text names;
	uint32_t ttl;

	if (size >= sizeof(id))
		id = (uint16_t)(data[0] * 256U + data[1]);
	text_init(&names, 512);
	reading = upstream_packet_read(data, size, &ip, id, &names, &ttl);
	if (reading == UPSTREAM_READ_NAMES && names.length == 0)
		abort();
	if (names.length > 0 && names.data[names.length - 1] != '\0')
		abort();
	text_free(&names);
	return 0;
}
