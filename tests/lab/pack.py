"""Makes a recording small enough to keep: compresses, leaves out what a replay does not need, changes nothing.

usage: pack.py DIR OUT     packs what `run --record DIR` left into OUT
       pack.py -u OUT DIR  unpacks the packets, the kube topic and the truth into DIR
"""
import lzma
import os
import re
import shutil
import sys

PACKED = re.compile(r"(n\d+\.pcap|kube\.ndjson|truth-n\d+|work-\w+)$")
PLAIN = ("services.json", "nodes.json")


def pack(source, target):
    os.makedirs(target, exist_ok=True)
    for name in sorted(os.listdir(source)):
        path = os.path.join(source, name)
        if PACKED.match(name):
            with open(path, "rb") as file, lzma.open(os.path.join(target, name + ".xz"), "wb", preset=9) as out:
                shutil.copyfileobj(file, out)
        elif name in PLAIN:
            shutil.copyfile(path, os.path.join(target, name))


def unpack(source, target):
    os.makedirs(target, exist_ok=True)
    for name in sorted(os.listdir(source)):
        path = os.path.join(source, name)
        if name.endswith(".xz"):
            with lzma.open(path, "rb") as file, open(os.path.join(target, name[:-3]), "wb") as out:
                shutil.copyfileobj(file, out)
        elif name in PLAIN:
            shutil.copyfile(path, os.path.join(target, name))


if __name__ == "__main__":
    if sys.argv[1] == "-u":
        unpack(*sys.argv[2:])
    else:
        pack(*sys.argv[1:])
