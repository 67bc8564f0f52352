// SPDX-License-Identifier: Apache-2.0

/// What the owner of the installation decides and tenants must not: images, registries, limits, defaults of scan Pods.
package struct OperatorConfiguration: Hashable, Sendable {
    /// The operator's own namespace: the root namespace, where operator-level Jobs run.
    package var operatorNamespace = "watchbill-system"
    /// Carried by every signal and notification.
    package var clusterName = ""
    package var scanner = Scanner()
    /// The image with this program in it; its courier frames what Trivy says.
    package var courierImage = ""
    package var registries: [RegistryEndpoint] = []
    /// Namespaces whose Pods are never scanned.
    package var excludedNamespaces: [String] = []
    package var egress = Egress()
    package var limits = Limits()
    package var scanPod = ScanPod()
    /// What the file names and this version does not know, one line each: path and what is known there. It has no effect.
    package var unknownFields: [String] = []

    package init() {}

    /// Where Trivy and its database come from.
    package struct Scanner: Hashable, Sendable {
        /// The image with a static `trivy` at `/usr/local/bin/trivy` and a `cp`.
        package var image = "docker.io/aquasec/trivy:0.76.0"
        /// An OCI repository with a tag or a digest, as `trivy --db-repository` takes it.
        package var databaseRepository = "mirror.gcr.io/aquasec/trivy-db:2"
        /// The same for Java archives; empty means that it is never fetched, and images with such archives fail.
        package var javaDatabaseRepository = "mirror.gcr.io/aquasec/trivy-java-db:1"
        package init() {}
    }

    /// How a registry is reached from a Pod when its name in image references does not say so.
    package struct RegistryEndpoint: Hashable, Sendable {
        /// Host and port as image references write it: `localhost:32000`.
        package var host: String
        /// Host and port to connect to instead.
        package var endpoint: String
        package var plainHTTP: Bool

        package init(host: String, endpoint: String, plainHTTP: Bool = false) {
            self.host = host
            self.endpoint = endpoint
            self.plainHTTP = plainHTTP
        }
    }

    /// How the operator and scan Pods leave the cluster.
    package struct Egress: Hashable, Sendable {
        /// Proxies by the scheme of what is asked for, as `http://host:port`; empty means none.
        package var httpProxy = ""
        package var httpsProxy = ""
        /// Hosts that are reached without a proxy: names with their subdomains, addresses, networks, all with a port or without.
        package var noProxy: [String] = []
        /// Hosts that notifications may go to although their addresses are not public, and over plain HTTP too: as noProxy.
        package var allow: [String] = []
        /// PEM certificates that are trusted beside the public ones.
        package var authorities = ""
        package init() {}
    }

    /// How much may happen at once.
    package struct Limits: Hashable, Sendable {
        /// Unfinished scan Jobs in the whole cluster.
        package var maximumJobs = 10
        /// Unfinished scan Jobs for the images of one namespace.
        package var maximumJobsPerNamespace = 5
        /// Images scanned by one Job in the operator's namespace.
        package var imagesPerJob = 20
        package init() {}
    }

    /// Defaults of the Pods that scan.
    package struct ScanPod: Hashable, Sendable {
        package var requests = ["cpu": "100m", "memory": "128Mi"]
        package var limits = ["memory": "1Gi"]
        /// How much memory a scan may get that did not do with `limits`.
        package var maximumMemory = "4Gi"
        package var labels: [String: String] = [:]
        package var annotations: [String: String] = [:]
        package var priorityClassName: String?
        /// Size limit of each of the two scratch volumes: one for Trivy and its database, one for layers.
        package var workspaceLimit = "4Gi"
        package init() {}
    }
}
