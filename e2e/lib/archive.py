#!/usr/bin/env python3
"""A docker-archive made from files, byte for byte the same for the same input."""
import argparse
import hashlib
import io
import json
import os
import tarfile


def layer(files, links=()):
    """The bytes of a layer: files is {path: (bytes, mode)}, links is {path: target}."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        names = {name.strip("/") for name in [*files, *dict(links)]}
        folders = {"/".join(name.split("/")[:depth]) for name in names for depth in range(1, name.count("/") + 1)}
        entries = [(folder, tarfile.DIRTYPE, 0o755, b"", "") for folder in folders]
        entries += [(name.strip("/"), tarfile.REGTYPE, mode, data, "") for name, (data, mode) in files.items()]
        entries += [(name.strip("/"), tarfile.SYMTYPE, 0o777, b"", target) for name, target in dict(links).items()]
        entries.append(("tmp", tarfile.DIRTYPE, 0o1777, b"", ""))
        for name, kind, mode, data, target in sorted(entries):
            # No clock, no owner, sorted names: the same bytes on every machine.
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.size, info.linkname, info.mtime = kind, mode, len(data), target, 0
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def config(layers, architecture="amd64", user="65532:65532", entrypoint=(), command=(), env=()):
    runtime = {"User": user, "Entrypoint": list(entrypoint), "Cmd": list(command),
               "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", *env]}
    return json.dumps({
        "architecture": architecture, "os": "linux", "created": "1970-01-01T00:00:00Z", "config": runtime,
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest() for data in layers]},
        "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "watchbill e2e"} for _ in layers],
    }, sort_keys=True).encode()


def write(path, tag, layers, configuration):
    """A docker-archive for skopeo and ctr."""
    parts = {f"{number}.tar": data for number, data in enumerate(layers)}
    manifest = [{"Config": "config.json", "RepoTags": [tag], "Layers": list(parts)}]
    parts |= {"config.json": configuration, "manifest.json": json.dumps(manifest).encode()}
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tag", required=True)
    parser.add_argument("--entrypoint", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("files", nargs="+", metavar="SOURCE=/path/in/image")
    options = parser.parse_args()
    files = {}
    for pair in options.files:
        source, _, target = pair.partition("=")
        with open(source, "rb") as file:
            files[target] = (file.read(), 0o755 if os.access(source, os.X_OK) else 0o644)
    layers = [layer(files)]
    write(options.output, options.tag, layers, config(layers, entrypoint=[options.entrypoint]))


if __name__ == "__main__":
    main()
