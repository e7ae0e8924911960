#include "tests/unit/common/timeline/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/quoted.h"

#define TIME "'2026-11-23T08:%02d:%02d%sZ'"
#define AT(second) (second) / 60, (second) % 60

void tell(struct timeline *timeline, struct told told)
{
	char record[1024], address[512], number[64] = "", confirmed[64] = "";
	int64_t offset = timeline_next_offset(timeline);
	const char *why;

	if (told.number > 0)
		snprintf(number, sizeof(number), ",'record':%d", told.number);
	if (told.confirmed > 0)
		snprintf(confirmed, sizeof(confirmed), "'confirmed':" TIME ",", AT(told.confirmed),
			 "");
	snprintf(address, sizeof(address),
		 "{'ip':'10.244.1.7','first':" TIME ",'last':" TIME ",'alone':{'since':" TIME
		 ",'until':" TIME "%s}}",
		 AT(100), ".2", AT(told.last > 0 ? told.last : 199), "", AT(90), "",
		 AT(told.until > 0 ? told.until : 205), "", told.closed ? "" : ",'open':true");
	snprintf(record, sizeof(record),
		 "{'type':'MODIFIED','resource':'interfaces','object':{'metadata':{'name':'veth1',"
		 "'uid':'%s'},'spec':{'node':'n1','host':'h1','meter':{'id':'m%d','start':" TIME
		 "%s}},'status':{%s'addresses':[%s]}}}",
		 told.uid != NULL ? told.uid : "i", told.meter, AT(10), "", number, confirmed,
		 told.more != NULL ? told.more : address);
	record[sizeof(record) - 1] = '\0';
	for (char *at = record; *at != '\0'; at++)
		*at = *at == '\'' ? '"' : *at;
	assert_int_equal(timeline_apply(timeline, offset, record, strlen(record), -1, &why),
			 TIMELINE_APPLIED);
}

struct told told_other(int number, int confirmed)
{
	return (struct told){
		.number = number,
		.uid = "j",
		.more = "{'ip':'10.244.1.8','first':'2026-11-23T08:01:00Z','last':"
			"'2026-11-23T08:01:00Z'}",
		.confirmed = confirmed,
	};
}

static void add_pod(struct timeline *timeline, int received, const char *type, const char *name,
		    int start)
{
	char object[1024];

	snprintf(object, sizeof(object),
		 "{'kind':'Pod','metadata':{'name':'%s','namespace':'shop','uid':'%s',"
		 "'resourceVersion':'%d'},'spec':{'nodeName':'n1'},'status':{'phase':'Running',"
		 "'startTime':" TIME ",'podIP':'10.244.1.7','podIPs':[{'ip':'10.244.1.7'}],"
		 "'containerStatuses':[{'name':'c','state':{'running':{'startedAt':" TIME "}}}]}}",
		 name, name, received, AT(start), "", AT(received - 1), "");
	fed_object(timeline, received, type, "pods", quoted(object));
}

void told_pods(struct timeline *timeline)
{
	static const char *const resources[] = {"pods", "nodes", "services", "endpointslices"};

	for (size_t r = 0; r < 4; r++)
		fed_list(timeline, 1, resources[r], 1, "{}");
	fed_object(timeline, 2, "ADDED", "nodes",
		   quoted("{'kind':'Node','metadata':{'name':'n1','uid':'n1','resourceVersion':'2',"
			  "'creationTimestamp':'2026-11-23T08:00:01Z'},'spec':{'podCIDR':"
			  "'10.244.1.0/24'},'status':{'addresses':[{'type':'InternalIP','address':"
			  "'192.168.0.1'}]}}"));
	add_pod(timeline, 101, "ADDED", "a", 100);
	fed_progress(timeline, 199);
	add_pod(timeline, 200, "DELETED", "a", 100);
	add_pod(timeline, 501, "ADDED", "b", 210);
}

const char *told_sender_of(struct timeline *timeline, int64_t position, int second,
			   const char *host)
{
	static char name[16];
	struct timeline_question question = {
		.port = 80,
		.transport = 6,
		.sent = true,
		.start = {(TOLD_SECOND_0 + second - 1) * NS_PER_SECOND},
		.end = {(TOLD_SECOND_0 + second) * NS_PER_SECOND},
		.position = position == TOLD_NOW ? timeline_next_offset(timeline) - 1 : position,
		.observer = span_hash(span_of(host)),
	};
	struct timeline_answer answer;

	assert_int_equal(ip_parse("10.244.1.7", 10, &question.ip), 0);
	assert_int_equal(timeline_answer(timeline, &question, &answer), 0);
	if (answer.status != TIMELINE_KNOWN)
		return "";
	snprintf(name, sizeof(name), "%.*s", (int)answer.holder->name.length,
		 answer.holder->name.data);
	return name;
}

const char *told_sender(struct timeline *timeline)
{
	return told_sender_of(timeline, TOLD_NOW, 300, "h1");
}
