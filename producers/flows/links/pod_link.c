#include "producers/flows/links/pod_link.h"

struct direction pod_link_macs(const struct link_table *table, const struct link_entry *entry)
{
	const struct link_message *told = &entry->told;
	const struct link_entry *master;
	struct direction macs = {.own = told->mac, .bridge = told->mac};

	if (told->kind != LINK_KIND_PAIR || entry->uplink || told->peer_namespace == LINK_NO_PEER ||
	    told->peer_namespace == LINK_PEER_GONE)
		return (struct direction){0};
	if (told->master == 0)
		return macs;
	/* A switch that keeps VLANs apart, or is not the kernel's bridge, may send what is for itself out of a port. */
	master = link_table_find(table, told->master);
	if (master == NULL || master->told.kind != LINK_KIND_BRIDGE || master->told.mac == 0)
		return (struct direction){0};
	macs.bridge = master->told.mac;
	macs.bridged = true;
	return macs;
}

bool pod_link_may_be(const struct link_table *table, const struct link_entry *entry)
{
	const struct link_message *told = &entry->told;

	if (told->kind != LINK_KIND_PAIR || entry->uplink)
		return false;
	/* No notice says that the other end is elsewhere now, but one that it is no longer here. */
	return told->peer_namespace != LINK_NO_PEER || link_table_find(table, told->peer) == NULL;
}
