/* object.h - reads what the timeline needs of a Kubernetes object, in place in its JSON.
 *
 * Every reader returns NULL, or a static sentence that says why the object cannot be read;
 * then nothing of it counts. Spans are borrowed from the object. An absent member, null and a
 * value of a type that the Kubernetes API does not use for it all count as missing. If the object's
 * PLAIN.failed is set, memory ran out, and what was read counts for nothing.
 */
#ifndef TENURE_OBJECT_H
#define TENURE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/transport.h"
#include "common/base/when.h"
#include "common/record/kube_object.h"
#include "common/timeline/rules/epoch.h"
#include "common/timeline/rules/holder_names.h"
#include "common/timeline/rules/kept_keys.h"
#include "common/timeline/store/interface_state.h"

/* Of one family each: podCIDRs, a ServiceCIDR, the subnets of a node. */
#define OBJECT_RANGES_MAX 32
#define OBJECT_PORTS_MAX 20000 /* the API server's own limit for a slice */

/* What a reader returns when it is out of memory. */
extern const char object_no_memory[];

struct object_address {
	struct ip ip;
	bool shared;   /* of a service: others may have it too */
	bool gateway;  /* of a node: it counts only while podCIDRs are in use */
	bool internal; /* of a node: an InternalIP */
};

/* Each address once, as first listed. */
struct address_list {
	struct object_address *list;
	size_t count, capacity;
	size_t refused; /* texts that are not addresses, skipped */
};

/* Beyond OBJECT_PORTS_MAX, ports are skipped and counted. */
struct port_list {
	struct transport_port *list;
	size_t count, capacity;
	size_t refused;
};

struct pod_object {
	bool host_network;
	size_t refused; /* addresses */
	struct when received, created;
	bool accepted;  /* by a kubelet */
	bool annotated; /* its addresses are those of annotations of network plugins */
	/* Which of these annotations have which address, as bits; and a hash of each, 0 for none. */
	uint8_t annotated_by[EPOCH_ADDRESSES_MAX];
	uint64_t annotations[POD_ANNOTATIONS_MAX];
	struct pod_record record;
	struct holder_names names;
};
/* RECEIVED: of the record, the bound of the node's times. */
const char *object_pod(struct kube_object *object, struct when received, struct pod_object *out);

/* Sets JSON to an object of the values that KEYS have in ALL, labels or annotations; empty if there is
 * none. Adds to *REFUSED those that are too long (kept_keys.h). JSON fails if out of memory. */
void object_kept(struct kube_object *object, struct value all, const struct kept_keys *keys,
		 struct text *json, uint64_t *refused);

/* A time that the node's clock gave. Nothing that a record reports is later than its `received`,
 * or earlier than the pod's creation: then that clock is wrong. */
struct when object_node_time(struct kube_object *object, struct value value,
			     const struct pod_object *pod);
/* The sandbox in status.conditions. */
void object_conditions(struct kube_object *object, struct value list, struct pod_object *pod);
/* The containers of one of the lists of the status, after its conditions. Returns whether there are
 * any and all are terminated. */
bool object_containers(struct kube_object *object, struct value list, struct pod_object *pod);
/* Whether its status has a podIP. */
bool object_pod_is_published(struct kube_object *object);

/* Addresses (ranges of 128 bits) and ranges, each maybe more than once. */
struct spelled {
	struct when created; /* of the object */
	struct ip_range *list;
	size_t count, capacity;
};
/* Beyond OBJECT_RANGES_MAX, ranges are skipped and counted. */
struct range_list {
	struct ip_range list[OBJECT_RANGES_MAX];
	size_t count;
	size_t refused; /* texts that are not ranges too */
};

/* The caller frees a node, a service and a slice in any case. */
struct node_object {
	struct address_list addresses;
	struct when created;
	struct holder_names names;
	struct span zone, region;
	struct range_list ranges;  /* podCIDRs */
	struct range_list subnets; /* of ovn-kubernetes */
};
const char *object_node(struct kube_object *object, struct node_object *out);
void object_node_free(struct node_object *node);

/* Adds what OBJECT spells and does not have as an address of its own (docs/answers.md section 6).
 * The caller frees the list in any case. */
const char *object_pod_spelled(struct kube_object *object, const struct pod_object *pod,
			       struct spelled *out);
const char *object_node_spelled(struct kube_object *object, const struct node_object *node,
				struct spelled *out);

struct service_object {
	struct address_list addresses;
	struct when created;
	struct holder_names names;
	struct port_list ports, node_ports;
};
const char *object_service(struct kube_object *object, struct service_object *out);
void object_service_free(struct service_object *service);

struct slice_object {
	struct span
		service; /* its name, empty when the slice belongs to none or lists names only */
	struct port_list ports;
	struct value endpoints; /* an array, or absent */
};
const char *object_slice(struct kube_object *object, struct slice_object *out);
void object_slice_free(struct slice_object *slice);
/* The parts of an endpoint that memberships are made of. */
enum endpoint_part {
	ENDPOINT_ADDRESSES,
	ENDPOINT_TARGET,
	ENDPOINT_UID,
	ENDPOINT_HOSTNAME,
	ENDPOINT_PARTS,
};
/* Finds those of the next one. False after the last. */
bool object_next_endpoint(struct value_cursor *endpoints,
			  struct value parts[static ENDPOINT_PARTS]);
/* The addresses of an endpoint, in a list that is used again, the uid of its target and its hostname,
 * empty if it has none. */
const char *object_endpoint(struct kube_object *object,
			    const struct value parts[static ENDPOINT_PARTS],
			    struct address_list *addresses, struct span *uid,
			    struct span *hostname);

/* spec.cidrs of a ServiceCIDR. */
const char *object_ranges(struct kube_object *object, struct range_list *out);

/* A ReplicaSet or a Job: kind and name of its own controller, empty if it has none. */
struct owner_object {
	struct span kind, name;
};
const char *object_owner(struct kube_object *object, struct owner_object *out);

/* What one record tells of an interface. */
struct interface_object {
	uint64_t hash;                 /* of what tells it from others */
	uint64_t run, record;          /* a hash of its meter's run; the number in it, 0 for none */
	struct when confirmed;         /* WHEN_MIN if it confirms nothing */
	bool open[INTERFACE_FAMILIES]; /* the address at that family of TOLD is */
	uint64_t uid, node, name, host; /* hashes, HOST 0 for none */
	struct span node_name;
	struct interface_state told;
	bool any;       /* it tells of an address */
	size_t refused; /* addresses without an address or its times */
};
const char *object_interface(struct kube_object *object, struct span uid, struct span name,
			     struct interface_object *out);

/* Shared by the readers. */
/* The text VALUE, without data if it is missing. */
struct span object_text(struct kube_object *object, struct value value);
struct when object_when(struct kube_object *object, struct value value);
bool object_is_true(struct value value);
/* A walk over the items of LIST; none if it is not an array. */
struct value_cursor object_items(struct value list);
/* The text of the label or annotation KEY of ALL; without data if it is absent, empty if it is not a
 * text. */
struct span object_labelled(struct kube_object *object, struct value all, const char *key);
/* Kind, name and uid of the controller, empty if there is none. */
void object_controller(struct kube_object *object, struct span *kind, struct span *name,
		       struct span *uid);
/* NULL, or why NAMES do not fit into a row. */
const char *object_names_fit(const struct holder_names *names);
/* Adds TEXT, an address with or without a prefix length, used as HOW says; "" adds nothing. NULL,
 * or object_no_memory. */
const char *object_add_address(struct address_list *addresses, struct span text,
			       struct object_address how);
/* The address that is OFFSET after the base of each of RANGES, if it is in it. */
const char *object_add_nth(struct address_list *addresses, const struct range_list *ranges,
			   uint8_t offset, struct object_address how);
void object_add_range(struct range_list *ranges, struct span text);
/* TEXT as Kubernetes reads it: an address, with or without a prefix length; a range. -1 if it is not
 * one. */
int object_read_address(struct span text, struct ip *ip);
int object_read_range(struct span text, struct ip_range *range);
bool object_address_listed(const struct address_list *addresses, const struct ip *ip);

#endif
