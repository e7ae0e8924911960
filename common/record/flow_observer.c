#include "common/record/flow_observer.h"

#include "common/base/hash.h"

#define PLAIN_SIZE 256 /* of an unescaped name: DNS allows 253 bytes, Linux 15 of an interface's */

/* TEXT, unescaped into PLAIN if it must be; without data if it is no text or too long. */
static struct span read_name(const struct scan_value *text, char plain[static PLAIN_SIZE])
{
	struct span name = {0};

	name.data = scan_value_text(text, plain, PLAIN_SIZE, &name.length);
	return name;
}

uint64_t flow_observer_host(const struct scan_value *hostname)
{
	char plain[PLAIN_SIZE];
	struct span text = read_name(hostname, plain);

	return text.data != NULL ? span_hash(text) : 0;
}

uint64_t flow_observer_interface(const struct scan_value *name, const struct scan_value *id)
{
	char plain[PLAIN_SIZE];
	struct span text = read_name(name, plain);
	uint64_t index;

	if (text.data == NULL || scan_value_unsigned(id, &index) < 0)
		return 0;
	return flow_observer_hash(text, index);
}

uint64_t flow_observer_hash(struct span name, uint64_t index)
{
	if (name.length == 0 || index == 0 || index > UINT32_MAX)
		return 0;
	return hash_bytes(span_hash(name), &index, sizeof(index));
}
