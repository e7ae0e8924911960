#include "producers/flows/links/direction.h"

#include "producers/flows/links/link_message.h"

#define GROUP (UINT64_C(1) << 40) /* IEEE 802: the address of several */

bool direction_is_incoming(struct direction *direction, const uint8_t *bytes, size_t captured)
{
	uint64_t destination, source;

	if (direction->own == 0 || captured < 12)
		return false;
	destination = link_mac(bytes);
	source = link_mac(bytes + 6);
	if (source == direction->own || source == direction->bridge || source == 0)
		return false;
	if (source == direction->pod)
		return true;
	if (destination != direction->own && destination != direction->bridge)
		return false;
	if (direction->pod == 0 && (source & GROUP) == 0)
		direction->pod = source;
	return true;
}
