"""The one container image: busybox, and links to the node's /usr where a pod mounts it.  Its first process only waits."""
import hashlib
import io
import json
import tarfile

NAME = "lab.local/base:1"
BUSYBOX = "/bin/busybox"
LINKS = {"bin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64"}


def add(tar, name, data, mode=0o644):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), mode
    tar.addfile(info, io.BytesIO(data))


def layer():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        with open(BUSYBOX, "rb") as file:
            add(tar, "busybox", file.read(), 0o755)
        for name, target in LINKS.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            tar.addfile(info)
    return out.getvalue()


def write(path):
    """Writes the archive that `ctr images import` reads, in the format of `docker save`."""
    files = layer()
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {"Entrypoint": ["/busybox", "sleep", "1000000"], "Env": ["PATH=/usr/bin"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(files).hexdigest()]}}).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": [NAME], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(path, "w") as tar:
        add(tar, name, config)
        add(tar, "layer.tar", files)
        add(tar, "manifest.json", manifest)
