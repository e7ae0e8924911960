/* What is read of a Kubernetes object (docs/answers.md sections 3, 4 and 7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

#include "tests/unit/common/timeline/feed/object_parsed.h"
#include "tests/unit/quoted.h"

/* The addresses as one text. */
static const char *listed(const struct ip *ips, size_t count, char *out, size_t size)
{
	size_t length = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count && length + IP_TEXT_SIZE + 1 < size; i++) {
		if (i > 0)
			out[length++] = ' ';
		length += ip_format(&ips[i], out + length);
	}
	return out;
}

static const char *listed_addresses(const struct address_list *addresses, char *out, size_t size)
{
	struct ip ips[64];

	assert_true(addresses->count <= 64);
	for (size_t a = 0; a < addresses->count; a++)
		ips[a] = addresses->list[a].ip;
	return listed(ips, addresses->count, out, size);
}

static void a_pod_has_the_addresses_in_its_status_or_else_in_annotations(void **state)
{
	static const struct {
		const char *object, *addresses;
		bool emptied;
	} cases[] = {
		{"{}", "", false},
		{"{'status':{'podIP':'10.1.0.1'}}", "10.1.0.1", false},
		{"{'status':{'podIP':'10.1.0.1','podIPs':[{'ip':'10.1.0.1'},{'ip':'fd00::1'}]}}",
		 "10.1.0.1 fd00::1", false},
		{"{'status':{'podIP':'','podIPs':[]}}", "", false},
		{"{'metadata':{'annotations':{'cni.projectcalico.org/podIP':'10.1.0.2/32',"
		 "'cni.projectcalico.org/podIPs':'10.1.0.2/32,fd00::2/128'}}}",
		 "10.1.0.2 fd00::2", false},
		{"{'metadata':{'annotations':{'vpc.amazonaws.com/pod-ips':'10.1.0.3, 10.1.0.4'}}}",
		 "10.1.0.3 10.1.0.4", false},
		{"{'metadata':{'annotations':{'cni.projectcalico.org/podIP':''}},"
		 "'status':{'podIP':'10.1.0.1'}}",
		 "10.1.0.1", true},
		{"{'metadata':{'annotations':{'cni.projectcalico.org/podIP':'10.1.0.9/32'}},"
		 "'status':{'podIP':'10.1.0.1'}}",
		 "10.1.0.1", false},
	};
	char text[512];

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct kube_object tree = object_parsed(quoted(cases[c].object));
		struct pod_object pod;

		assert_null(object_pod(&tree, WHEN_MAX, &pod));
		assert_string_equal(
			listed(pod.record.addresses, pod.record.address_count, text, sizeof(text)),
			cases[c].addresses);
		assert_int_equal(pod.record.annotation_emptied, cases[c].emptied);
		plain_free(&tree.plain);
	}
}

static void what_is_not_an_address_is_skipped_and_counted(void **state)
{
	struct kube_object tree = object_parsed(quoted("{'status':{'podIP':'10.1.0.',"
						       "'podIPs':[{'ip':'10.1.0.1'}]}}"));
	struct pod_object pod;

	(void)state;
	assert_null(object_pod(&tree, WHEN_MAX, &pod));
	assert_int_equal(pod.record.address_count, 1);
	assert_int_equal(pod.refused, 1);
	plain_free(&tree.plain);
}

static void reads_the_sandbox_and_all_containers(void **state)
{
	struct kube_object tree = object_parsed(
		quoted("{'metadata':{'deletionTimestamp':'2026-11-23T09:00:00Z'},"
		       "'spec':{'hostNetwork':true,'nodeName':'n1'},'status':{'phase':'Failed',"
		       "'startTime':'2026-11-23T08:00:00Z','conditions':[{'type':'Ready',"
		       "'lastTransitionTime':'2026-11-23T08:59:00Z'},{'type':'PodHasNetwork',"
		       "'status':'True','lastTransitionTime':'2026-11-23T08:00:01Z'}],"
		       "'initContainerStatuses':[{'state':{'terminated':{"
		       "'startedAt':'2026-11-23T08:00:02Z',"
		       "'finishedAt':'2026-11-23T08:00:03Z'}}}],'containerStatuses':[{'state':{"
		       "'terminated':{'startedAt':null,'finishedAt':'2026-11-23T08:00:08Z'}},"
		       "'lastState':{'terminated':{'startedAt':'2026-11-23T08:00:04Z',"
		       "'finishedAt':'2026-11-23T08:00:05Z'}}}],'ephemeralContainerStatuses':[{"
		       "'state':{'running':{'startedAt':'2026-11-23T08:00:06Z'}}}]}}"));
	struct pod_object pod;
	const struct pod_record *record = &pod.record;
	int64_t start;

	(void)state;
	assert_null(object_pod(&tree, WHEN_MAX, &pod));
	start = record->least_start.ns;
	assert_true(pod.host_network);
	assert_int_equal(record->sandbox, POD_SANDBOX_TRUE);
	assert_int_equal(record->sandbox_changed.ns, start + NS_PER_SECOND);
	assert_int_equal(record->started_count, 2); /* not that of lastState */
	assert_int_equal(record->finished_count, 3);
	assert_int_equal(record->first_running.ns, start + 6 * NS_PER_SECOND);
	assert_int_equal(record->newest_running.ns, start + 8 * NS_PER_SECOND);
	assert_true(record->all_terminated && record->running && record->terminal &&
		    record->terminating);
	assert_int_equal(record->node, span_hash(span_of("n1")));
	plain_free(&tree.plain);
}

static void a_pod_that_no_kubelet_saw_is_as_old_as_its_object(void **state)
{
	struct kube_object created = object_parsed(
		quoted("{'metadata':{'creationTimestamp':'2026-11-23T08:00:00Z'},'status':{}}"));
	struct kube_object started =
		object_parsed(quoted("{'metadata':{'creationTimestamp':'2026-11-23T08:00:00Z'},"
				     "'status':{'startTime':'2026-11-23T08:00:02Z'}}"));
	struct pod_object pod;
	struct when start;

	(void)state;
	assert_null(object_pod(&created, WHEN_MAX, &pod));
	start = pod.record.start_time;
	assert_false(when_is_min(start));
	assert_true(when_is_min(pod.record.least_start));
	assert_null(object_pod(&started, WHEN_MAX, &pod));
	assert_int_equal(pod.record.start_time.ns, start.ns + 2 * NS_PER_SECOND);
	plain_free(&created.plain);
	plain_free(&started.plain);
}

static void a_node_has_its_own_and_the_plugins_addresses(void **state)
{
	struct kube_object tree = object_parsed(
		quoted("{'metadata':{'name':'n1','annotations':{"
		       "'projectcalico.org/IPv4Address':'10.3.0.1/24',"
		       "'projectcalico.org/IPv4VXLANTunnelAddr':'10.1.0.64',"
		       "'network.cilium.io/ipv6-cilium-host':'fd00::64'},"
		       "'labels':{'topology.kubernetes.io/zone':'z1',"
		       "'topology.kubernetes.io/region':'r1'}},'spec':{'podCIDR':'10.1.0.0/24',"
		       "'podCIDRs':['10.1.0.0/24','fd00::/64']},'status':{'addresses':[{"
		       "'type':'InternalIP','address':'10.3.0.1'},{'type':'Hostname',"
		       "'address':'n1'},{'type':'ExternalIP','address':'192.0.2.1'}]}}"));
	struct node_object node;
	char text[512];

	(void)state;
	assert_null(object_node(&tree, &node));
	assert_string_equal(listed_addresses(&node.addresses, text, sizeof(text)),
			    "10.3.0.1 192.0.2.1 10.1.0.64 fd00::64 10.1.0.1 fd00::1");
	assert_true(node.addresses.list[0].internal && !node.addresses.list[1].internal);
	assert_true(node.addresses.list[4].gateway && !node.addresses.list[3].gateway);
	object_node_free(&node);
	assert_int_equal(node.ranges.count, 2);
	assert_true(span_equal(node.zone, span_of("z1")) && span_equal(node.region, span_of("r1")));
	plain_free(&tree.plain);
}

static void a_service_has_cluster_external_and_balancer_addresses(void **state)
{
	struct kube_object tree = object_parsed(
		quoted("{'metadata':{'name':'web','namespace':'shop'},"
		       "'spec':{'clusterIP':'10.2.0.1','clusterIPs':['10.2.0.1','fd00::a'],"
		       "'externalIPs':['192.0.2.7'],'type':'LoadBalancer','ports':[{'port':"
		       "80,'nodePort':30080},"
		       "{'port':53,'protocol':'UDP','nodePort':30053},{'port':81}]},"
		       "'status':{'loadBalancer':{'ingress':[{'ip':'192.0.2.8'},"
		       "{'hostname':'lb.example'}]}}}"));
	struct kube_object headless = object_parsed(quoted("{'spec':{'clusterIP':'None',"
							   "'clusterIPs':['None']}}"));
	struct service_object service;
	char text[512];

	(void)state;
	assert_null(object_service(&tree, &service));
	assert_string_equal(listed_addresses(&service.addresses, text, sizeof(text)),
			    "10.2.0.1 fd00::a 192.0.2.7 192.0.2.8");
	assert_int_equal(service.ports.count, 3);
	assert_int_equal(service.node_ports.count, 2);
	assert_int_equal(service.node_ports.list[1].port, 30053);
	assert_int_equal(service.node_ports.list[1].protocol, 17);
	assert_true(!service.addresses.list[1].shared && service.addresses.list[2].shared);
	object_service_free(&service);
	assert_null(object_service(&headless, &service));
	assert_int_equal(service.addresses.count, 0);
	object_service_free(&service);
	plain_free(&tree.plain);
	plain_free(&headless.plain);
}

static void a_slice_lists_addresses_with_ports(void **state)
{
	struct kube_object tree = object_parsed(quoted(
		"{'metadata':{'labels':{'kubernetes.io/service-name':'web'}},"
		"'addressType':'IPv4','ports':[{'port':80},{'protocol':'UDP','port':null},"
		"{'protocol':'QUIC','port':1}],'endpoints':[{'addresses':['10.1.0.1','10.1.0.2'],"
		"'targetRef':{'uid':'uid-a'},'hostname':'web-0'},{'addresses':[]}]}"));
	struct kube_object names = object_parsed(quoted("{'metadata':{'labels':{"
							"'kubernetes.io/service-name':'web'}},"
							"'addressType':'FQDN','endpoints':[]}"));
	struct address_list addresses = {.count = 0};
	struct value parts[ENDPOINT_PARTS];
	struct value_cursor endpoints;
	struct slice_object slice;
	struct span uid, hostname;

	(void)state;
	assert_null(object_slice(&tree, &slice));
	assert_true(span_equal(slice.service, span_of("web")));
	assert_int_equal(slice.ports.count, 2);
	assert_int_equal(slice.ports.list[1].port, 0); /* every port */
	endpoints = object_items(slice.endpoints);
	assert_true(object_next_endpoint(&endpoints, parts));
	assert_null(object_endpoint(&tree, parts, &addresses, &uid, &hostname));
	assert_int_equal(addresses.count, 2);
	assert_true(span_equal(uid, span_of("uid-a")));
	assert_true(span_equal(hostname, span_of("web-0")));
	assert_true(object_next_endpoint(&endpoints, parts));
	assert_null(object_endpoint(&tree, parts, &addresses, &uid, &hostname));
	assert_int_equal(addresses.count + uid.length + hostname.length, 0);
	free(addresses.list);
	object_slice_free(&slice);
	assert_null(object_slice(&names, &slice));
	assert_int_equal(slice.service.length, 0);
	object_slice_free(&slice);
	plain_free(&tree.plain);
	plain_free(&names.plain);
}

static void a_secondary_address_follows_the_pods_own(void **state)
{
	struct kube_object tree = object_parsed(
		"{\"metadata\":{\"annotations\":{\"k8s.v1.cni.cncf.io/network-status\":"
		"\"[{\\\"ips\\\":[\\\"10.1.0.1\\\"]},{\\\"name\\\":\\\"x\\\"},"
		"{\\\"ips\\\":[\\\"172.16.0.5\\\",\\\"no\\\"]}]\"}},"
		"\"status\":{\"podIP\":\"10.1.0.1\"}}");
	struct kube_object alone = object_parsed(
		"{\"metadata\":{\"annotations\":{\"k8s.v1.cni.cncf.io/network-status\":"
		"\"[{\\\"ips\\\":[\\\"172.16.0.5\\\"]}]\"}}}");
	struct pod_object pod;
	char text[512];

	(void)state;
	assert_null(object_pod(&tree, WHEN_MAX, &pod));
	assert_string_equal(
		listed(pod.record.addresses, pod.record.address_count, text, sizeof(text)),
		"10.1.0.1");
	assert_string_equal(
		listed(pod.record.secondary, pod.record.secondary_count, text, sizeof(text)),
		"172.16.0.5");
	assert_int_equal(pod.refused, 1);
	assert_null(object_pod(&alone, WHEN_MAX, &pod));
	assert_int_equal(pod.record.address_count + pod.record.secondary_count, 0);
	plain_free(&tree.plain);
	plain_free(&alone.plain);
}

static void a_node_has_the_addresses_of_ovn_and_flannel(void **state)
{
	struct kube_object one =
		object_parsed("{\"metadata\":{\"annotations\":{\"k8s.ovn.org/node-subnets\":"
			      "\"{\\\"default\\\":\\\"10.129.0.0/23\\\"}\"}}}");
	struct kube_object two = object_parsed(
		"{\"metadata\":{\"annotations\":{\"flannel.alpha.coreos.com/backend-type\":"
		"\"vxlan\",\"k8s.ovn.org/node-subnets\":"
		"\"{\\\"default\\\":[\\\"10.129.0.0/23\\\",\\\"fd01::/64\\\"]}\"}},"
		"\"spec\":{\"podCIDR\":\"10.244.1.0/24\"}}");
	struct node_object node;
	char text[512];

	(void)state;
	assert_null(object_node(&one, &node));
	assert_string_equal(listed_addresses(&node.addresses, text, sizeof(text)), "10.129.0.2");
	assert_int_equal(node.subnets.count, 1);
	object_node_free(&node);
	assert_null(object_node(&two, &node));
	assert_string_equal(listed_addresses(&node.addresses, text, sizeof(text)),
			    "10.129.0.2 fd01::2 10.244.1.1 10.244.1.0");
	object_node_free(&node);
	plain_free(&one.plain);
	plain_free(&two.plain);
}

static void a_balancers_address_counts_only_while_the_type_says_so(void **state)
{
	struct kube_object tree = object_parsed(
		quoted("{'spec':{'type':'ClusterIP','clusterIP':'10.2.0.1'},"
		       "'status':{'loadBalancer':{'ingress':[{'ip':'192.0.2.8'}]}}}"));
	struct service_object service;

	(void)state;
	assert_null(object_service(&tree, &service));
	assert_int_equal(service.addresses.count, 1);
	object_service_free(&service);
	plain_free(&tree.plain);
}

static void what_a_pod_has_beyond_its_room_is_cut_and_counted(void **state)
{
	char text[4096] = "{\"status\":{\"podIPs\":[";
	struct kube_object tree;
	struct pod_object pod;

	(void)state;
	for (int i = 1; i <= EPOCH_ADDRESSES_MAX + 3; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s{\"ip\":\"10.1.0.%d\"}", i > 1 ? "," : "", i);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "]}}");
	tree = object_parsed(text);
	assert_null(object_pod(&tree, WHEN_MAX, &pod));
	assert_int_equal(pod.record.address_count, EPOCH_ADDRESSES_MAX);
	assert_int_equal(pod.refused, 3);
	plain_free(&tree.plain);
}

static void ranges_of_a_service_cidr(void **state)
{
	struct kube_object tree =
		object_parsed(quoted("{'spec':{'cidrs':['10.2.0.0/16','fd00::/112']}}"));
	struct kube_object bad = object_parsed(quoted("{'spec':{'cidrs':['10.2.0.0/160']}}"));
	struct range_list ranges;

	(void)state;
	assert_null(object_ranges(&tree, &ranges));
	assert_int_equal(ranges.count, 2);
	assert_null(object_ranges(&bad, &ranges));
	assert_int_equal(ranges.count, 0);
	assert_int_equal(ranges.refused, 1);
	plain_free(&tree.plain);
	plain_free(&bad.plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pod_has_the_addresses_in_its_status_or_else_in_annotations),
		cmocka_unit_test(what_is_not_an_address_is_skipped_and_counted),
		cmocka_unit_test(reads_the_sandbox_and_all_containers),
		cmocka_unit_test(a_pod_that_no_kubelet_saw_is_as_old_as_its_object),
		cmocka_unit_test(a_node_has_its_own_and_the_plugins_addresses),
		cmocka_unit_test(a_service_has_cluster_external_and_balancer_addresses),
		cmocka_unit_test(a_slice_lists_addresses_with_ports),
		cmocka_unit_test(a_secondary_address_follows_the_pods_own),
		cmocka_unit_test(a_node_has_the_addresses_of_ovn_and_flannel),
		cmocka_unit_test(a_balancers_address_counts_only_while_the_type_says_so),
		cmocka_unit_test(what_a_pod_has_beyond_its_room_is_cut_and_counted),
		cmocka_unit_test(ranges_of_a_service_cidr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
