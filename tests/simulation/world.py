"""A world: true time, what happens in it, its clocks and its addresses."""
import heapq
import itertools
import random

import machines
import pods
import services
import static
import topic
from api import Api
from ingredients import Chosen
from meters import Meters
from truth import Truth

BEFORE = -90        # the world begins before its topic does


class Process:
    """A generator of delays. After stop() it never continues."""

    def __init__(self, steps):
        self.steps, self.stopped = steps, False

    def stop(self):
        self.stopped = True


class World:
    def __init__(self, seed, names, alone=False, hold=10, skew=.5, seen=None):
        self.chance = random.Random(seed)
        self.meters = Meters(seen)
        self.chosen = Chosen(names, random.Random(seed * 7 + 1), alone)
        self.hold, self.skew = hold, skew
        self.latest = hold - topic.LATENCY - .01 - (0 if self.has("late-reports") else skew)    # the longest lag of a report
        self.now = BEFORE
        self.queue, self.order = [], itertools.count()
        self.truth = Truth()
        self.api = Api(self, self.clock())
        self.topic_clock = self.clock()
        self.captures = [self.clock() for _ in range(3)]
        self.numbers = itertools.count(1)
        self.nodes, self.pods = [], []
        self.six_ranges = True      # nodes' ranges are of both families: else the first pod in each is no known neighbour
        self.options = ["--cluster-cidr", "10.244.0.0/16"] if self.luck(.25) and not self.has("flat") else []
        for actor in (machines.start, services.start, pods.start, static.start, topic.start):
            actor(self)
        self.run()

    def clock(self):
        """How far a clock is off: any two differ by less than skew."""
        return round(self.skew * self.chance.choice((0, -.48, .48, self.chance.uniform(-.48, .48))), 6)

    # ---- Time ----

    def begin(self, steps, after=0):
        process = Process(steps)
        self.push(after, process)
        return process

    def at(self, after, call):
        def steps():
            call()
            return
            yield
        return self.begin(steps(), after)

    def push(self, after, process):
        heapq.heappush(self.queue, (self.now + max(after, 0), next(self.order), process))

    def run(self):
        while self.queue and self.queue[0][0] < topic.SPAN + 30:
            self.now, _, process = heapq.heappop(self.queue)
            if process.stopped:
                continue
            delay = next(process.steps, None)
            if delay is not None:
                self.push(delay, process)

    # ---- Small things ----

    def has(self, ingredient):
        return ingredient in self.chosen

    def luck(self, share):
        return self.chance.random() < share

    def between(self, low, high):
        return self.chance.uniform(low, high)

    def number(self):
        return next(self.numbers)

    def lag(self):
        """From what happened to its record: seldom long, never longer than the hold allows."""
        if self.luck(.07):
            return self.chance.choice((self.latest, self.between(2, self.latest)))
        return self.between(.02, 1)
