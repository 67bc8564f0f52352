"""Pushes to the rig's registry, plain HTTP. Layers stay uncompressed: no zlib version changes a digest."""
import hashlib
import json
import urllib.error
import urllib.request

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry:
    def __init__(self, host):
        self.host = host

    def send(self, method, url, data=None, **headers):
        url = url if url.startswith("http") else f"http://{self.host}{url}"
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return urllib.request.urlopen(urllib.request.Request(url, data=data, method=method, headers=headers))

    def has(self, path):
        try:
            self.send("HEAD", path)
            return True
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return False
            raise

    def blob(self, name, data, media_type):
        """Uploads what is not there yet and returns its descriptor."""
        descriptor = {"mediaType": media_type, "size": len(data), "digest": digest(data)}
        if not self.has(f"/v2/{name}/blobs/{descriptor['digest']}"):
            place = self.send("POST", f"/v2/{name}/blobs/uploads/", b"").headers["Location"]
            self.send("PUT", f"{place}&digest={descriptor['digest']}", data, Content_Type="application/octet-stream")
        return descriptor

    def manifest(self, name, tag, manifest):
        """Puts a manifest under a tag, or under its digest alone, and returns its descriptor."""
        data = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
        descriptor = {"mediaType": manifest["mediaType"], "size": len(data), "digest": digest(data)}
        self.send("PUT", f"/v2/{name}/manifests/{tag or descriptor['digest']}", data, Content_Type=manifest["mediaType"])
        return descriptor

    def image(self, name, tag, layers, configuration, docker=False):
        media = (DOCKER_MANIFEST, DOCKER_CONFIG, DOCKER_LAYER) if docker else (OCI_MANIFEST, OCI_CONFIG, OCI_LAYER)
        return self.manifest(name, tag, {
            "schemaVersion": 2, "mediaType": media[0],
            "config": self.blob(name, configuration, media[1]),
            "layers": [self.blob(name, data, media[2]) for data in layers],
        })
