// SPDX-License-Identifier: Apache-2.0
import Schema

extension OperatorConfiguration {
    /// What the configuration file may hold. The chart refuses any other field, because a typing error must not pass for a setting.
    package static let schema = Schema.object(
        "The operator's configuration: what the owner of the installation decides.",
        [
            "operatorNamespace": .string(
                "The operator's own namespace, where Jobs without tenants' credentials run.", minimumLength: 1,
                maximumLength: 63),
            "clusterName": .string("Carried by every signal and notification.", maximumLength: 253),
            "scanner": .object(
                "Where Trivy and its databases come from.",
                [
                    "image": image("With a static trivy at /usr/local/bin/trivy and a cp; name it by digest."),
                    "databaseRepository": image("OCI repository of the vulnerability database."),
                    "javaDatabaseRepository": .string(
                        "OCI repository of the database of Java archives; empty: never fetched, and images with such archives fail.",
                        maximumLength: 1_024),
                ]),
            "courierImage": image("The operator's own image; its courier frames what Trivy says."),
            "registries": .array(
                "How registries are reached from a Pod where their name in image references does not say so.",
                of: .object(
                    "",
                    [
                        "host": .string(
                            "Host and port as image references write it.", minimumLength: 1, maximumLength: 260),
                        "endpoint": .string(
                            "Host and port to connect to instead.", minimumLength: 1, maximumLength: 260),
                        "plainHTTP": .boolean("Plain HTTP is spoken there."),
                    ], required: ["host", "endpoint"]), list: .map(keys: ["host"]), maximumCount: 100),
            "excludedNamespaces": .array(
                "Namespaces whose Pods are never scanned.", of: .string(minimumLength: 1, maximumLength: 63),
                list: .set,
                maximumCount: 1_000),
            "egress": .object(
                "How the operator and scan Pods leave the cluster.",
                [
                    "httpProxy": proxy("What is asked for over HTTP"),
                    "httpsProxy": proxy("What is asked for over HTTPS"),
                    "noProxy": .array(
                        "Hosts that are reached without a proxy: a name with its subdomains, .name for these alone, an address, a network, each also with :port.",
                        of: .string(minimumLength: 1, maximumLength: 260), list: .set, maximumCount: 256),
                    "allow": .array(
                        "Hosts that notifications may go to although their addresses are not public, over http:// too: written as noProxy.",
                        of: .string(minimumLength: 1, maximumLength: 260), list: .set, maximumCount: 256),
                    "authorities": .string(
                        "PEM certificates that are trusted beside the public ones.", maximumLength: 65_536),
                ]),
            "limits": .object(
                "How much may happen at once.",
                [
                    "maximumJobs": .integer("Unfinished scan Jobs in the whole cluster.", minimum: 1, maximum: 1_000),
                    "maximumJobsPerNamespace": .integer(
                        "The same for the images of one namespace.", minimum: 1, maximum: 1_000),
                    "imagesPerJob": .integer(
                        "Images that one Job in the operator's namespace scans.", minimum: 1, maximum: 50),
                ]),
            "scanPod": .object(
                "Defaults of the Pods that scan.",
                [
                    "requests": resources, "limits": resources,
                    "maximumMemory": .integerOrString(
                        "How far the memory limit is doubled for an image whose scan ran out of memory. Default: 4Gi.",
                        pattern: CommonSchemas.quantity),
                    "labels": .map(of: .string(maximumLength: 63), maximumCount: 64),
                    "annotations": .map(of: .string(maximumLength: 4_096), maximumCount: 64),
                    "priorityClassName": .string(pattern: CommonSchemas.objectName, maximumLength: 253),
                    "workspaceLimit": .integerOrString(
                        "Size limit of each of the two scratch volumes, for the database and for layers.",
                        pattern: CommonSchemas.quantity),
                ]),
        ])

    private static func image(_ description: String) -> Schema {
        .string(description, minimumLength: 1, maximumLength: 1_024)
    }

    private static func proxy(_ what: String) -> Schema {
        .string("\(what) goes through this proxy: http://host:port. Empty: none.", maximumLength: 260)
    }

    private static let resources = Schema.map(
        of: .integerOrString("", pattern: CommonSchemas.quantity), maximumCount: 16)
}
