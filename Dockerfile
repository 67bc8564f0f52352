# SPDX-License-Identifier: Apache-2.0
# docker build --build-arg REVISION=$(git rev-parse HEAD) -t localhost:32000/watchbill:0.1.0 .
# docker build --target mail … -t localhost:32000/watchbill:0.1.0-mail .     the same and a layer with libcurl; nothing uses it yet
# `make image-pins` prints the bases with their digests, for --build-arg.
ARG SWIFT_IMAGE=docker.io/library/swift:6.3-bookworm

FROM ${SWIFT_IMAGE} AS build
# Debian's archive keeps no old versions, so that a pinned one would soon not build.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libssl-dev libyaml-dev make zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
# The same release configuration as everywhere else: static but for glibc, libstdc++, libgcc_s and zlib.
RUN make build CACHE=/cache && image/rootfs .build/release/watchbill /rootfs

FROM build AS mail-build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libcurl4 \
    && rm -rf /var/lib/apt/lists/* \
    && image/mail /rootfs /mail

FROM scratch AS plain
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="watchbill" \
      org.opencontainers.image.description="Schedules the security watches of a Kubernetes cluster." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /rootfs /
# By number, so that Kubernetes can see that it is not root. Nothing is written to the image's own file system.
USER 65532:65532
ENV PATH=/usr/local/bin
ENTRYPOINT ["/usr/local/bin/watchbill"]
CMD ["operator"]

FROM plain AS mail
COPY --from=mail-build /mail /

# What is built when no target is named.
FROM plain
