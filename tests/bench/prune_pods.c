/* prune_pods - how fast pods are pruned, beside the check of their JSON.
 *
 *   prune_pods FILE
 *
 * FILE has one object as the API server writes it (pod.json is a running pod with managedFields).
 * The status is 1 when the pruner does less than BAR MB/s on one core.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/text.h"
#include "common/base/value.h"
#include "common/base/when.h"
#include "producers/kube/prune.h"

#define BAR 200.0
#define ROUNDS 5
#define BYTES_PER_ROUND (100u * 1000 * 1000)

static int read_object(const char *path, struct text *object)
{
	FILE *file = fopen(path, "rb");
	char bytes[4096];
	size_t count;

	if (file == NULL)
		return -1;
	while ((count = fread(bytes, 1, sizeof(bytes), file)) > 0)
		text_add(object, bytes, count);
	fclose(file);
	return object->failed || object->length == 0 ? -1 : 0;
}

/* Processor time, so that other work on the machine does not count. */
static int64_t spent_ns(void)
{
	struct timespec spent;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	return spent.tv_sec * NS_PER_SECOND + spent.tv_nsec;
}

/* Prunes or only checks the object, again and again. Returns MB/s, 0 when it is not JSON. */
static double speed(const struct text *object, struct text *kept, bool prune)
{
	int64_t start = spent_ns();
	size_t bytes = 0;
	struct value value;

	if (!value_parse(object->data, object->length, &value))
		return 0;
	for (; bytes < BYTES_PER_ROUND; bytes += object->length) {
		if (prune) {
			text_clear(kept);
			prune_add(kept, KUBE_PODS, value);
		} else if (!value_parse(object->data, object->length, &value)) {
			return 0;
		}
	}
	return (double)bytes * 1000 / (double)(spent_ns() - start);
}

int main(int argc, char **argv)
{
	double best[2] = {0};
	struct text object, kept;

	if (argc != 2) {
		fprintf(stderr, "usage: prune_pods FILE\n");
		return 64;
	}
	text_init(&object, 8u * 1024 * 1024);
	text_init(&kept, 8u * 1024 * 1024);
	if (read_object(argv[1], &object) < 0) {
		fprintf(stderr, "prune_pods: cannot read %s\n", argv[1]);
		return 66;
	}
	for (int round = 0; round < ROUNDS; round++) {
		for (int prune = 0; prune < 2; prune++) {
			double now = speed(&object, &kept, prune);

			best[prune] = now > best[prune] ? now : best[prune];
		}
	}
	printf("%zu bytes pruned to %zu: %.0f MB/s, checked alone %.0f MB/s (bar %.0f)\n",
	       object.length, kept.length, best[1], best[0], BAR);
	text_free(&object);
	text_free(&kept);
	return best[1] < BAR;
}
