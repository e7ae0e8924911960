"""Flows around the hand-overs of a random history."""
import random

import history

SPAN = 240      # seconds


def flows_of(world, count):
    chance, lines = world.chance, []
    everywhere = world.everywhere()
    translations = random.Random(len(world.instants))   # of its own, so that histories stay as they were
    instants = sorted(world.instants)
    for _ in range(count):
        ends = []
        time, address = chance.choice(instants)
        start = time + chance.uniform(-4, 4) if chance.random() < .8 else chance.uniform(-20, SPAN + 20)
        other = chance.choice(instants)[1] if chance.random() < .6 else chance.choice(everywhere)
        ends = [address, other]
        chance.shuffle(ends)
        end = start + chance.choice((0, .01, .3, 2, 8)) * chance.uniform(.5, 1)
        ports = [chance.choice((8080, 9090, 30080, 80, 443, 443, 40000, None)) for _ in ends]
        packets = [chance.choice((0, 3)), chance.choice((0, 3))]
        line = history.flow(round(start, 6), round(max(start, end), 6), *ends, packets, ports,
                            chance.choice(("tcp", "tcp", "tcp", "udp", "icmp", "6", "odd")),
                            chance.choice((None, ("SAPF", "SAPF"), ("SA", "A"), ("APF", "SAPF"))))
        line = line[:-1] + chance.choice((b"", b"", b"", b',"flow":{"initiator":"syn"}', b',"flow":{"initiator":"port"}')) + b"}"
        line = translated(translations, line, everywhere)
        lines.append(spoiled(chance, line) if chance.random() < .05 else line)
    return lines


def translated(chance, line, everywhere):
    """Sometimes with what a translation made of an end, or what the end was before it; rarely wrong."""
    for side in (b'"source":{', b'"destination":{'):
        for group in ("nat", "original"):
            if chance.random() < .15:
                other = {"ip": chance.choice((*everywhere, *everywhere, "10.0.0.256", None))}
                port = chance.choice((8080, 443, 30080, None, 70000, "80", "absent"))
                other.update({} if port == "absent" else {"port": port})
                line = line.replace(side, side + f'"{group}":{history.render.compact(other)},'.encode(), 1)
    return line


def spoiled(chance, line):
    """A flow that is odd, or wrong."""
    return chance.choice((
        line[:-1], line + b" ", b" " + line, line[:-1] + b" }", b"", b"null", line.replace(b'"ip"', b'"IP"', 1),
        line.replace(b'"port":8080', b'"port":70000'), line.replace(b'"packets":3', b'"packets":-3', 1),
        line[:-1] + b',"tcp":[]}', line.replace(b'"tcp":{', b'"tcp":{"flags":7,"x":', 1), line.replace(b'"source":"S', b'"source":["S"],"x":"', 1),
        line[:-1] + b',"tenure":1}', line[:-1] + b',"source":{}}', line.replace(b'"start"', b'"begin"', 1),
        line.replace(b',"packets":3', b""), line[:-1] + b',"flow":7}', line[:-1] + b',"flow":{"initiator":null}}', line[:-1] + b',"x":{"tenure":{},"source":1}}',
        line.replace(b'Z"', b'+00:00"', 1), line.replace(b'"network"', b'"net"', 1)))
