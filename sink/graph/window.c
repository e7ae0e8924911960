#include "sink/graph/window.h"

static int64_t number_of(const struct window *window, struct when moment)
{
	int64_t number = moment.ns / window->width_ns;

	return moment.ns % window->width_ns < 0 ? number - 1 : number;
}

static struct graph *slot_at(struct window *window, int64_t number)
{
	int64_t at = number % WINDOW_SLOTS;

	return &window->slots[at < 0 ? at + WINDOW_SLOTS : at];
}

void window_init(struct window *window, int64_t length_ns)
{
	*window = (struct window){.width_ns = length_ns / WINDOW_SLOTS, .newest = INT64_MIN};
	for (int i = 0; i < WINDOW_SLOTS; i++)
		graph_init(&window->slots[i]);
}

void window_free(struct window *window)
{
	for (int i = 0; i < WINDOW_SLOTS; i++)
		graph_free(&window->slots[i]);
}

void window_advance(struct window *window, struct when now)
{
	int64_t number = number_of(window, now);

	if (number <= window->newest)
		return;
	if (window->newest == INT64_MIN || number - window->newest >= WINDOW_SLOTS) {
		for (int i = 0; i < WINDOW_SLOTS; i++)
			graph_clear(&window->slots[i]);
		window->newest = number;
	}
	while (window->newest < number)
		graph_clear(slot_at(window, ++window->newest));
}

struct when window_start(const struct window *window)
{
	if (window->newest == INT64_MIN)
		return WHEN_MIN;
	return (struct when){(window->newest - WINDOW_SLOTS + 1) * window->width_ns};
}

int window_add(struct window *window, const struct conversation_slice *slice)
{
	int64_t number = number_of(window, slice->end);

	if (window->newest == INT64_MIN || number > window->newest ||
	    number <= window->newest - WINDOW_SLOTS) {
		window->late += slice->counted;
		return 0;
	}
	return graph_add(slot_at(window, number), slice);
}

int window_sum(const struct window *window, struct graph *graph)
{
	for (int i = 0; i < WINDOW_SLOTS; i++) {
		if (graph_merge(graph, &window->slots[i]) < 0)
			return -1;
	}
	return 0;
}
