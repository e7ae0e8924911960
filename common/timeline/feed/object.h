/* object.h - reads what the timeline needs of a Kubernetes object from its JSON tree.
 *
 * Every reader returns NULL, or a static sentence that says why the object cannot be read;
 * then nothing of it counts. Spans are borrowed from the tree. An absent member, null and a
 * value of a type that the Kubernetes API does not use for it all count as missing.
 */
#ifndef TENURE_OBJECT_H
#define TENURE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/transport.h"
#include "common/base/when.h"
#include "common/timeline/rules/epoch.h"
#include "common/timeline/rules/holder_names.h"

struct json_object;

/* A node has two to eight; a service's externalIPs are written by hand. */
#define OBJECT_ADDRESSES_MAX 256
#define OBJECT_RANGES_MAX 8  /* podCIDRs: one a family; ServiceCIDR: one a family */
#define OBJECT_PORTS_MAX 256 /* of a service; the API server's own limit for a slice is 100 */

struct address_list {
	struct ip list[OBJECT_ADDRESSES_MAX];
	size_t count;
	size_t refused; /* texts that are not addresses, skipped */
};

struct pod_object {
	bool host_network;
	size_t refused; /* addresses */
	struct when received, created;
	struct pod_record record;
	struct holder_names names;
};
/* RECEIVED: of the record, the bound of the node's times. */
const char *object_pod(struct json_object *object, struct when received, struct pod_object *out);

struct range_list {
	struct ip_range list[OBJECT_RANGES_MAX];
	size_t count;
	size_t refused; /* texts that are not ranges, skipped */
};

struct node_object {
	struct address_list addresses;
	struct when created;
	struct holder_names names;
	struct span zone, region;
	struct range_list ranges;
};
const char *object_node(struct json_object *object, struct node_object *out);

struct service_object {
	struct address_list addresses;
	struct when created;
	struct holder_names names;
	struct transport_port node_ports[OBJECT_PORTS_MAX];
	size_t node_port_count;
};
const char *object_service(struct json_object *object, struct service_object *out);

struct slice_object {
	struct span
		service; /* its name, empty when the slice belongs to none or lists names only */
	struct when trigger; /* WHEN_MIN when absent */
	struct transport_port ports[OBJECT_PORTS_MAX];
	size_t port_count;
	struct json_object *endpoints; /* an array, or NULL */
};
const char *object_slice(struct json_object *object, struct slice_object *out);
/* The addresses of endpoint INDEX and the uid of its target, empty if it has none. */
const char *object_endpoint(const struct slice_object *slice, size_t index,
			    struct address_list *addresses, struct span *uid);

/* spec.cidrs of a ServiceCIDR. */
const char *object_ranges(struct json_object *object, struct range_list *out);

/* A ReplicaSet or a Job: kind and name of its own controller, empty if it has none. */
struct owner_object {
	struct span kind, name;
};
const char *object_owner(struct json_object *object, struct owner_object *out);

/* Shared by the readers. */
struct span object_text(struct json_object *object, const char *path);
struct when object_when(struct json_object *object, const char *path);
struct json_object *object_list(struct json_object *object, const char *path, size_t *count);
struct span object_labelled(struct json_object *object, const char *path, const char *key);
/* Kind, name and uid of the controller, empty if there is none. */
void object_controller(struct json_object *object, struct span *kind, struct span *name,
		       struct span *uid);
/* NULL, or why NAMES do not fit into a row. */
const char *object_names_fit(const struct holder_names *names);
/* Adds TEXT, an address with or without a prefix length; "" adds nothing. False if the list
 * is full. */
bool object_add_address(struct address_list *addresses, struct span text);
bool object_add_range(struct range_list *ranges, struct span text);

#endif
