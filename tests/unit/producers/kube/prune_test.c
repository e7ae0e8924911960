#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

#include "common/base/text.h"
#include "common/base/value.h"
#include "producers/kube/prune.h"
#include "tests/unit/quoted.h"

static void check(enum kube_resource resource, const char *object, const char *kept)
{
	struct value value;
	struct text out;

	text_init(&out, 65536);
	assert_true(value_parse(object, strlen(object), &value));
	prune_add(&out, resource, value);
	assert_string_equal(text_terminate(&out), kept);
	text_free(&out);
}

static void keeps_what_a_binding_needs_of_a_pod(void **state)
{
	(void)state;
	check(KUBE_PODS,
	      quoted("{ 'metadata' : {'name':'p','uid':'u','generateName':'p-',\n"
		     "'labels':{'app':'x'},'annotations':{'a':'b'}},'spec':{'nodeName':'n1',"
		     "'volumes':[{'secret':{'secretName':'s'}}],'containers':[{'name':'c',"
		     "'env':[{'name':'PASSWORD','value':'x'}],'ports':[{'containerPort':80}]}]},"
		     "'status':{'phase':'Running','podIP':'10.0.0.1','message':'m',"
		     "'containerStatuses':[{'name':'c','image':'i','restartCount':0,"
		     "'lastState':{},'state':{'running':{'startedAt':'2026-01-01T00:00:00Z'}}}]}}"),
	      quoted("{'kind':'Pod','metadata':{'name':'p','uid':'u','labels':{'app':'x'}},"
		     "'spec':{'nodeName':'n1'},'status':{'phase':'Running','podIP':'10.0.0.1',"
		     "'containerStatuses':[{'name':'c','restartCount':0,"
		     "'state':{'running':{'startedAt':'2026-01-01T00:00:00Z'}}}]}}"));
}

static void keeps_only_the_host_ports_of_a_container(void **state)
{
	(void)state;
	check(KUBE_PODS,
	      quoted("{'spec':{'containers':[{'name':'a','ports':[{'containerPort':1}]},"
		     "{'name':'b','ports':[{'containerPort':80,'hostPort':8080,'name':'http'},"
		     "{'containerPort':2}]}]}}"),
	      quoted("{'kind':'Pod','spec':{'containers':[{'ports':[{'containerPort':80,"
		     "'hostPort':8080}]}]}}"));
}

static void keeps_the_kubelets_times_and_no_other_manager(void **state)
{
	(void)state;
	check(KUBE_PODS,
	      quoted("{'metadata':{'managedFields':[{'manager':'kubectl','time':'t1'},"
		     "{'manager':'kubelet','operation':'Update','time':'t2',"
		     "'fieldsV1':{'f:status':{}},'subresource':'status'}],"
		     "'annotations':{'kubectl.kubernetes.io/last-applied-configuration':'{}',"
		     "'cni.projectcalico.org/podIP':'10.0.0.1/32'}}}"),
	      quoted("{'kind':'Pod','metadata':{'managedFields':[{'manager':'kubelet',"
		     "'operation':'Update','time':'t2','subresource':'status'}],"
		     "'annotations':{'cni.projectcalico.org/podIP':'10.0.0.1/32'}}}"));
	check(KUBE_PODS, quoted("{'metadata':{'name':'p','managedFields':[{'manager':'x'}]}}"),
	      quoted("{'kind':'Pod','metadata':{'name':'p'}}"));
}

static void keeps_where_networks_write_addresses(void **state)
{
	static const char *const names[] = {
		"k8s.v1.cni.cncf.io/network-status",
		"projectcalico.org/IPv4WireguardInterfaceAddr",
		"network.cilium.io/ipv4-Ingress-ip",
		"network.cilium.io/ipv6-health-ip",
		"k8s.ovn.org/node-subnets",
		"flannel.alpha.coreos.com/backend-type",
		"k8s.ovn.org/host-cidrs",
		"flannel.alpha.coreos.com/public-ip",
	};

	(void)state;
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		char object[256], kept[256];

		snprintf(object, sizeof(object),
			 quoted("{'metadata':{'annotations':{'%s':'x','other':'y'}}}"), names[n]);
		snprintf(kept, sizeof(kept),
			 quoted("{'kind':'Node','metadata':{'annotations':{'%s':'x'}}}"), names[n]);
		check(KUBE_NODES, object, kept);
	}
}

static void keeps_the_other_resources_parts(void **state)
{
	(void)state;
	check(KUBE_SERVICES,
	      quoted("{'spec':{'clusterIP':'10.96.0.1','sessionAffinity':'None',"
		     "'ports':[{'port':80}]},'status':{'loadBalancer':{},'conditions':[]}}"),
	      quoted("{'kind':'Service','spec':{'clusterIP':'10.96.0.1','ports':[{'port':80}]},"
		     "'status':{'loadBalancer':{}}}"));
	check(KUBE_ENDPOINTSLICES,
	      quoted("{'addressType':'IPv4','endpoints':[{'addresses':['10.0.0.1'],'hints':{},"
		     "'hostname':'db-0','targetRef':{'uid':'u'}}],'ports':[{'port':80}]}"),
	      quoted("{'kind':'EndpointSlice','addressType':'IPv4','endpoints':[{'addresses':["
		     "'10.0.0.1'],'hostname':'db-0','targetRef':{'uid':'u'}}],'ports':[{'port':80}]"
		     "}"));
	check(KUBE_NODES,
	      quoted("{'spec':{'podCIDR':'10.0.0.0/24','taints':[]},'status':{'addresses':[{"
		     "'type':'InternalIP','address':'192.0.2.1'}],'images':[]}}"),
	      quoted("{'kind':'Node','spec':{'podCIDR':'10.0.0.0/24'},"
		     "'status':{'addresses':[{'type':'InternalIP','address':'192.0.2.1'}]}}"));
	check(KUBE_SERVICECIDRS, quoted("{'spec':{'cidrs':['10.96.0.0/16']},'status':{}}"),
	      quoted("{'kind':'ServiceCIDR','spec':{'cidrs':['10.96.0.0/16']}}"));
	check(KUBE_REPLICASETS,
	      quoted("{'kind':'PartialObjectMetadata','metadata':{'ownerReferences':[{"
		     "'kind':'Deployment','name':'d','controller':true,"
		     "'blockOwnerDeletion':true}]},'spec':{'replicas':3}}"),
	      quoted("{'kind':'ReplicaSet','metadata':{'ownerReferences':[{'kind':'Deployment',"
		     "'name':'d','controller':true}]}}"));
}

static void leaves_unexpected_shapes_as_they_are(void **state)
{
	(void)state;
	check(KUBE_PODS, quoted("{'metadata':null,'spec':7,'status':['x',{'phase':'y'}]}"),
	      quoted("{'kind':'Pod','metadata':null,'spec':7,'status':['x',{'phase':'y'}]}"));
	check(KUBE_PODS, "[1]", quoted("{'kind':'Pod'}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_a_binding_needs_of_a_pod),
		cmocka_unit_test(keeps_only_the_host_ports_of_a_container),
		cmocka_unit_test(keeps_the_kubelets_times_and_no_other_manager),
		cmocka_unit_test(keeps_where_networks_write_addresses),
		cmocka_unit_test(keeps_the_other_resources_parts),
		cmocka_unit_test(leaves_unexpected_shapes_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
