#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "sink/graph/end.h"
#include "tests/unit/sink/graph/flow.h"
#include "tests/unit/sink/graph/history/history_folder.h"

#define PODS 12

int history_folder_set_up(void **state)
{
	struct history_folder *folder = calloc(1, sizeof(*folder));

	assert_non_null(folder);
	snprintf(folder->parent, sizeof(folder->parent), "/tmp/tenure-history-test-XXXXXX");
	assert_non_null(mkdtemp(folder->parent));
	snprintf(folder->path, sizeof(folder->path), "%s/state", folder->parent);
	end_table_init(&folder->ends, 1000);
	folder->random = 42;
	*state = folder;
	return 0;
}

int history_folder_tear_down(void **state)
{
	struct history_folder *folder = *state;
	char command[128];

	for (size_t i = 0; i < folder->count; i++)
		conversation_slice_free(folder->slices[i]);
	end_table_free(&folder->ends);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder->parent);
	assert_int_equal(system(command), 0);
	free(folder);
	return 0;
}

uint64_t history_folder_draw(struct history_folder *folder, uint64_t below)
{
	folder->random = folder->random * 6364136223846793005u + 1442695040888963407u;
	return (folder->random >> 33) % below;
}

struct history *history_folder_open(struct history_folder *folder, int64_t days)
{
	struct history_options options = {folder->path, days * DAY * NS_PER_SECOND, 1000, 1000,
					  1000};
	struct history *history = history_open(&options, &folder->ends);

	assert_non_null(history);
	return history;
}

int32_t history_folder_pod(struct history_folder *folder, unsigned number)
{
	static struct tagged_flow_end end;
	char packed[END_SIZE], name[32], service[32];

	snprintf(name, sizeof(name), "bare-%u", number);
	snprintf(service, sizeof(service), "shop/s%u", number / 3);
	flow_pod(&end, name, "n1", number % 3 == 0 ? NULL : service);
	return end_table_index(&folder->ends, (struct span){packed, end_pack(&end, false, packed)});
}

struct conversation_slice *history_folder_slice(struct history_folder *folder, int64_t seconds)
{
	int32_t client = history_folder_pod(folder, (unsigned)history_folder_draw(folder, PODS));
	int32_t server = history_folder_pod(folder, (unsigned)history_folder_draw(folder, PODS));
	struct conversation_slice *slice = flow_slice(START + seconds, client, server);

	assert_non_null(slice);
	assert_true(folder->count < SLICES);
	slice->directed = history_folder_draw(folder, 4) > 0;
	slice->server_port = 80 + (int32_t)history_folder_draw(folder, 3);
	slice->measures.source_bytes = 1 + history_folder_draw(folder, 100000);
	slice->measures.retransmissions_sent = history_folder_draw(folder, 2);
	slice->measures.reset = history_folder_draw(folder, 2);
	if (history_folder_draw(folder, 2) > 0) {
		slice->measures.handshake.count = 1;
		slice->measures.handshake.min_ns = slice->measures.handshake.max_ns =
			slice->measures.handshake.sum_ns =
				1 + history_folder_draw(folder, 1000000000);
	}
	if (!slice->directed) {
		slice->response.count = 0;
		slice->measures.response.count = slice->measures.response.sum_ns = 0;
		slice->measures.response.min_ns = slice->measures.response.max_ns = 0;
	}
	folder->slices[folder->count++] = slice;
	return slice;
}

void history_folder_cover(struct history *history, int64_t from, int64_t to)
{
	static struct tagged_flow flow;

	flow_make(&flow, 1, (double)(START + from), (double)(START + to), "n1", "veth1");
	assert_int_equal(history_note(history, &flow), 0);
}

struct when history_folder_time(int64_t seconds)
{
	return (struct when){(START + seconds) * NS_PER_SECOND};
}
