#include "common/record/tagged_flow_rows.h"

_Static_assert(TAGGED_FLOW_ROWS <= SCAN_MEMBERS_MAX, "a scan has room for every row");

#define MEMBER(name) SCAN_MEMBER(name, 0, 0)
#define OBJECT(name, first, count) SCAN_MEMBER(name, first, count)

/* Response times whose rows begin with FIRST, and these rows. */
#define TIMES_OBJECT(name, first) OBJECT(name, first, TIMES_HISTOGRAM_SCALE)
#define TIMES(first)                                                                             \
	[(first) + TIMES_COUNT] = MEMBER("count"), [(first) + TIMES_SUM] = MEMBER("sum"),        \
		   [(first) + TIMES_MIN] = MEMBER("min"), [(first) + TIMES_MAX] = MEMBER("max"), \
		   [(first) + TIMES_HISTOGRAM] =                                                 \
			   OBJECT("histogram", (first) + TIMES_HISTOGRAM_SCALE, 3),              \
		   [(first) + TIMES_HISTOGRAM_SCALE] = MEMBER("scale"),                          \
		   [(first) + TIMES_HISTOGRAM_OFFSET] = MEMBER("offset"),                        \
		   [(first) + TIMES_HISTOGRAM_COUNTS] = MEMBER("counts")

/* The rows of the tag whose first row is FIRST. */
#define TAG(first)                                                                                \
	[(first) +                                                                                \
		TAG_STATUS] = MEMBER("status"),                                                   \
		[(first) + TAG_REASON] = MEMBER("reason"), [(first) + TAG_KIND] = MEMBER("kind"), \
		[(first) + TAG_K8S] = OBJECT("k8s", (first) + TAG_CLUSTER, 12),                   \
		[(first) + TAG_SERVICE] = OBJECT("service", (first) + TAG_SERVICE_NAME, 2),       \
		[(first) + TAG_SERVICES] = MEMBER("services"),                                    \
		[(first) + TAG_CLOUD] = OBJECT("cloud", (first) + TAG_ZONE, 1),                   \
		[(first) + TAG_BINDING] = OBJECT("binding", (first) + TAG_BINDING_START, 2),      \
		[(first) + TAG_CLUSTER] = OBJECT("cluster", (first) + TAG_CLUSTER_NAME, 1),       \
		[(first) + TAG_NAMESPACE] = OBJECT("namespace", (first) + TAG_NAMESPACE_NAME, 1), \
		[(first) + TAG_POD] = OBJECT("pod", (first) + TAG_POD_NAME, 2),                   \
		[(first) + TAG_NODE] = OBJECT("node", (first) + TAG_NODE_NAME, 2),                \
		[(first) + TAG_DEPLOYMENT] =                                                      \
			OBJECT("deployment", (first) + TAG_DEPLOYMENT_NAME, 1),                   \
		[(first) + TAG_STATEFULSET] =                                                     \
			OBJECT("statefulset", (first) + TAG_STATEFULSET_NAME, 1),                 \
		[(first) + TAG_DAEMONSET] = OBJECT("daemonset", (first) + TAG_DAEMONSET_NAME, 1), \
		[(first) + TAG_CRONJOB] = OBJECT("cronjob", (first) + TAG_CRONJOB_NAME, 1),       \
		[(first) + TAG_JOB] = OBJECT("job", (first) + TAG_JOB_NAME, 1),                   \
		[(first) + TAG_REPLICASET] =                                                      \
			OBJECT("replicaset", (first) + TAG_REPLICASET_NAME, 1),                   \
		[(first) + TAG_REPLICATIONCONTROLLER] = OBJECT(                                   \
			"replicationcontroller", (first) + TAG_REPLICATIONCONTROLLER_NAME, 1),    \
		[(first) + TAG_WORKLOAD] = OBJECT("workload", (first) + TAG_WORKLOAD_KIND, 2),    \
		[(first) + TAG_CLUSTER_NAME] = MEMBER("name"),                                    \
		[(first) + TAG_NAMESPACE_NAME] = MEMBER("name"),                                  \
		[(first) + TAG_POD_NAME] = MEMBER("name"),                                        \
		[(first) + TAG_POD_UID] = MEMBER("uid"),                                          \
		[(first) + TAG_NODE_NAME] = MEMBER("name"),                                       \
		[(first) + TAG_NODE_UID] = MEMBER("uid"),                                         \
		[(first) + TAG_DEPLOYMENT_NAME] = MEMBER("name"),                                 \
		[(first) + TAG_STATEFULSET_NAME] = MEMBER("name"),                                \
		[(first) + TAG_DAEMONSET_NAME] = MEMBER("name"),                                  \
		[(first) + TAG_CRONJOB_NAME] = MEMBER("name"),                                    \
		[(first) + TAG_JOB_NAME] = MEMBER("name"),                                        \
		[(first) + TAG_REPLICASET_NAME] = MEMBER("name"),                                 \
		[(first) + TAG_REPLICATIONCONTROLLER_NAME] = MEMBER("name"),                      \
		[(first) + TAG_WORKLOAD_KIND] = MEMBER("kind"),                                   \
		[(first) + TAG_WORKLOAD_NAME] = MEMBER("name"),                                   \
		[(first) + TAG_SERVICE_NAME] = MEMBER("name"),                                    \
		[(first) + TAG_SERVICE_NAMESPACE] = MEMBER("namespace"),                          \
		[(first) + TAG_ZONE] = MEMBER("availability_zone"),                               \
		[(first) + TAG_BINDING_START] = MEMBER("start"),                                  \
		[(first) + TAG_BINDING_END] = MEMBER("end")

const struct scan_member tagged_flow_rows[TAGGED_FLOW_ROWS] = {
	[ROW_EVENT] = OBJECT("event", ROW_START, 2),
	[ROW_NETWORK] = OBJECT("network", ROW_TRANSPORT, 1),
	[ROW_SOURCE] = OBJECT("source", ROW_SOURCE_IP, 4),
	[ROW_DESTINATION] = OBJECT("destination", ROW_DESTINATION_IP, 4),
	[ROW_TCP] = OBJECT("tcp", ROW_TCP_FLAGS, 3),
	[ROW_REQUESTS] = OBJECT("requests", ROW_REQUESTS_COUNT, 2),
	[ROW_L7] = OBJECT("l7", ROW_L7_PROTOCOL, ROW_L7_ROWS_END - ROW_L7_PROTOCOL),
	[ROW_FLOW] = OBJECT("flow", ROW_FLOW_ID, 5),
	[ROW_OBSERVER] = OBJECT("observer", ROW_HOSTNAME, 2),
	[ROW_TENURE] = OBJECT("tenure", ROW_TENURE_SOURCE, 5),
	[ROW_START] = MEMBER("start"),
	[ROW_END] = MEMBER("end"),
	[ROW_TRANSPORT] = MEMBER("transport"),
	[ROW_SOURCE_IP] = MEMBER("ip"),
	[ROW_SOURCE_PORT] = MEMBER("port"),
	[ROW_SOURCE_BYTES] = MEMBER("bytes"),
	[ROW_SOURCE_PACKETS] = MEMBER("packets"),
	[ROW_DESTINATION_IP] = MEMBER("ip"),
	[ROW_DESTINATION_PORT] = MEMBER("port"),
	[ROW_DESTINATION_BYTES] = MEMBER("bytes"),
	[ROW_DESTINATION_PACKETS] = MEMBER("packets"),
	[ROW_TCP_FLAGS] = OBJECT("flags", ROW_SOURCE_FLAGS, 2),
	[ROW_RETRANSMISSIONS] = OBJECT("retransmissions", ROW_SOURCE_RETRANSMISSIONS, 2),
	[ROW_HANDSHAKE] = OBJECT("handshake", ROW_HANDSHAKE_RTT, 1),
	[ROW_SOURCE_FLAGS] = MEMBER("source"),
	[ROW_DESTINATION_FLAGS] = MEMBER("destination"),
	[ROW_SOURCE_RETRANSMISSIONS] = MEMBER("source"),
	[ROW_DESTINATION_RETRANSMISSIONS] = MEMBER("destination"),
	[ROW_HANDSHAKE_RTT] = MEMBER("rtt"),
	[ROW_REQUESTS_COUNT] = MEMBER("count"),
	[ROW_RESPONSE] = TIMES_OBJECT("response_time", ROW_RESPONSE_TIMES),
	[ROW_L7_PROTOCOL] = MEMBER("protocol"),
	[ROW_L7_CLIENT] = MEMBER("client"),
	[ROW_L7_REQUESTS] = MEMBER("requests"),
	[ROW_L7_RESPONSES] = MEMBER("responses"),
	[ROW_L7_RETRIES] = MEMBER("retries"),
	[ROW_L7_UNANSWERED] = MEMBER("unanswered"),
	[ROW_L7_STATUS] = MEMBER("status"),
	[ROW_L7_GRPC_STATUS] = MEMBER("grpc_status"),
	[ROW_L7_RCODE] = MEMBER("rcode"),
	[ROW_L7_INCOMPLETE] = MEMBER("incomplete"),
	[ROW_FIRST_BYTE] = TIMES_OBJECT("time_to_first_byte", ROW_FIRST_BYTE_TIMES),
	[ROW_LAST_BYTE] = TIMES_OBJECT("time_to_last_byte", ROW_LAST_BYTE_TIMES),
	TIMES(ROW_RESPONSE_TIMES),
	TIMES(ROW_FIRST_BYTE_TIMES),
	TIMES(ROW_LAST_BYTE_TIMES),
	[ROW_FLOW_ID] = MEMBER("id"),
	[ROW_FLOW_SLICE] = MEMBER("slice"),
	[ROW_FLOW_FINAL] = MEMBER("final"),
	[ROW_FLOW_INITIATOR] = MEMBER("initiator"),
	[ROW_FLOW_END_REASON] = MEMBER("end_reason"),
	[ROW_HOSTNAME] = MEMBER("hostname"),
	[ROW_INTERFACE] = OBJECT("interface", ROW_INTERFACE_NAME, 2),
	[ROW_INTERFACE_NAME] = MEMBER("name"),
	[ROW_INTERFACE_ID] = MEMBER("id"),
	[ROW_TENURE_SOURCE] = OBJECT("source", ROW_SOURCE_TAG, TAG_TOP_ROWS),
	[ROW_TENURE_DESTINATION] = OBJECT("destination", ROW_DESTINATION_TAG, TAG_TOP_ROWS),
	[ROW_REVISION] = MEMBER("revision"),
	[ROW_PROVISIONAL] = MEMBER("provisional"),
	[ROW_PLACE] = OBJECT("flow", ROW_PLACE_TOPIC, 3),
	[ROW_PLACE_TOPIC] = MEMBER("topic"),
	[ROW_PLACE_PARTITION] = MEMBER("partition"),
	[ROW_PLACE_OFFSET] = MEMBER("offset"),
	TAG(ROW_SOURCE_TAG),
	TAG(ROW_DESTINATION_TAG),
};
