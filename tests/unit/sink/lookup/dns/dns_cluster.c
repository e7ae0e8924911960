#include "tests/unit/sink/lookup/dns/dns_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/quoted.h"

#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define POD(name, uid, revision, addresses, status)                                        \
	"{'metadata':{'name':'" name "','namespace':'shop','uid':'" uid                    \
	"','resourceVersion':'" revision                                                   \
	"','creationTimestamp':'2026-11-23T08:00:05Z'},'spec':{'nodeName':'n1'},'status':" \
	"{'podIPs':[" addresses "],'startTime':'2026-11-23T08:00:05Z'," status "}}"
#define RUNNING                                                                    \
	"'phase':'Running','containerStatuses':[{'state':{'running':{'startedAt':" \
	"'2026-11-23T08:00:06Z'}}}]"
#define FINISHED                                                                        \
	"'phase':'Succeeded','containerStatuses':[{'state':{'terminated':{'startedAt':" \
	"'2026-11-23T08:00:06Z','finishedAt':'2026-11-23T08:01:00Z'}}}]"
#define SERVICE(name, uid, addresses)                                                          \
	"{'metadata':{'name':'" name "','namespace':'shop','uid':'" uid "','resourceVersion':" \
	"'8','creationTimestamp':'2026-11-23T08:00:02Z'},'spec':{'clusterIPs':[" addresses "]}}"
#define SLICE(service, uid, family, endpoint)                                                    \
	"{'metadata':{'name':'" uid "','namespace':'shop','uid':'" uid "','resourceVersion':"    \
	"'9','labels':{'kubernetes.io/service-name':'" service "'}},'addressType':'" family "'," \
	"'endpoints':[" endpoint "],'ports':[{'port':80,'protocol':'TCP'}]}"

struct when dns_cluster_at(int64_t second)
{
	return (struct when){(SECOND_0 + second) * NS_PER_SECOND};
}

struct timeline *dns_cluster_empty(void)
{
	const struct timeline_options options = {.hold_ns = 10 * NS_PER_SECOND,
						 .skew_ns = 500 * NS_PER_MS,
						 .kube_from = WHEN_MIN,
						 .kube_until = WHEN_MIN,
						 .by_name = true};
	struct timeline *timeline = timeline_open(NULL, &options);

	assert_non_null(timeline);
	return timeline;
}

static void feed(struct timeline *timeline, int second, const char *type, const char *resource,
		 const char *object)
{
	fed_object(timeline, second, type, resource, quoted(object));
}

struct timeline *dns_cluster_open(void)
{
	static const char *const resources[] = {"pods", "nodes", "services", "endpointslices",
						"servicecidrs"};
	struct timeline *timeline = dns_cluster_empty();

	for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++)
		fed_list(timeline, 1, resources[i], 1, "{}");
	feed(timeline, 3, "ADDED", "nodes",
	     "{'metadata':{'name':'n1','uid':'un','resourceVersion':'7','creationTimestamp':"
	     "'2026-11-23T08:00:01Z'},'spec':{'podCIDRs':['10.1.0.0/16','fd01::/64']},'status':"
	     "{'addresses':[{'type':'InternalIP','address':'10.0.0.1'}]}}");
	feed(timeline, 3, "ADDED", "services", SERVICE("web", "us1", "'10.96.0.1','fd96::1'"));
	feed(timeline, 3, "ADDED", "services", SERVICE("db", "us2", "'None'"));
	feed(timeline, 7, "ADDED", "pods", POD("web-1", "u1", "10", "{'ip':'10.1.0.1'}", RUNNING));
	feed(timeline, 7, "ADDED", "pods",
	     POD("db-0", "u2", "11", "{'ip':'10.1.0.2'},{'ip':'fd01::2'}", RUNNING));
	feed(timeline, 7, "ADDED", "pods", POD("lone", "u3", "12", "{'ip':'10.1.0.3'}", RUNNING));
	feed(timeline, 8, "ADDED", "endpointslices",
	     SLICE("web", "ue1", "IPv4",
		   "{'addresses':['10.1.0.1'],'targetRef':{'kind':'Pod','uid':'u1'}}"));
	feed(timeline, 8, "ADDED", "endpointslices",
	     SLICE("db", "ue2", "IPv4",
		   "{'addresses':['10.1.0.2'],'hostname':'db-0','targetRef':{'kind':'Pod','uid':'"
		   "u2'}}"));
	feed(timeline, 8, "ADDED", "endpointslices",
	     SLICE("db", "ue3", "IPv6",
		   "{'addresses':['fd01::2'],'hostname':'db-0','targetRef':{'kind':'Pod','uid':'u2'"
		   "}}"));
	fed_progress(timeline, 50);
	feed(timeline, 61, "MODIFIED", "pods",
	     POD("lone", "u3", "13", "{'ip':'10.1.0.3'}", FINISHED));
	fed_progress(timeline, DNS_CLUSTER_KNOWN);
	return timeline;
}

void dns_cluster_churn(struct timeline *timeline, const char *service, int count)
{
	struct text slice;

	text_init(&slice, 4096);
	for (int i = 0, revision = 20; i < count; revision++) {
		text_clear(&slice);
		text_add_format(
			&slice,
			quoted("{'metadata':{'name':'churn','namespace':'shop','uid':'churn-%s',"
			       "'resourceVersion':'%d','labels':{'kubernetes.io/service-name':"
			       "'%s'}},'addressType':'IPv4','ports':[],'endpoints':["),
			service, revision, service);
		for (int last = i + 64; i < last; i++)
			text_add_format(&slice, quoted("{'addresses':['10.0.%d.%d']}%s"), i / 256,
					i % 256, i + 1 < last ? "," : "]}");
		text_add(&slice, "", 1);
		assert_false(slice.failed);
		fed_object(timeline, DNS_CLUSTER_KNOWN, "MODIFIED", "endpointslices", slice.data);
	}
	text_free(&slice);
}

size_t dns_cluster_wire(const char *name, uint8_t wire[static DNS_NAME_WIRE_MAX])
{
	size_t length = 0;

	while (*name != '\0') {
		size_t label = strcspn(name, ".");

		assert_in_range(label, 1, DNS_LABEL_MAX);
		assert_in_range(length + label + 2, 0, DNS_NAME_WIRE_MAX);
		wire[length++] = (uint8_t)label;
		memcpy(wire + length, name, label);
		length += label;
		name += label + (name[label] == '.');
	}
	wire[length++] = 0;
	return length;
}

struct dns_query dns_cluster_query(const char *name, uint16_t type)
{
	struct dns_query query = {.id = 7, .type = type, .class = DNS_CLASS_IN, .edns = true};

	query.name_length = dns_cluster_wire(name, query.name);
	return query;
}

size_t dns_cluster_packet(const char *name, uint16_t type, bool edns, uint8_t bytes[static 512])
{
	static const uint8_t header[] = {0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
	static const uint8_t option[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};
	size_t length = sizeof(header);

	memcpy(bytes, header, length);
	length += dns_cluster_wire(name, bytes + length);
	bytes[length++] = (uint8_t)(type >> 8);
	bytes[length++] = (uint8_t)type;
	bytes[length++] = 0;
	bytes[length++] = DNS_CLASS_IN;
	if (!edns)
		return length;
	bytes[11] = 1;
	memcpy(bytes + length, option, sizeof(option));
	return length + sizeof(option);
}
