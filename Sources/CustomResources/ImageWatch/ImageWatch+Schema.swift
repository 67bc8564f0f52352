// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Schema

extension ImageWatch {
    package static let definition = CustomResourceDefinition(
        resource: resource, shortName: "imgwatch",
        schema: .object(
            "Compares the images that a namespace runs with what their registries have, and says in its status what is newer.",
            ["spec": specSchema, "status": statusSchema], required: ["spec"]),
        columns: [
            PrinterColumn("Images", .integer, ".status.counts.monitored"),
            PrinterColumn("Outdated", .integer, ".status.counts.outdated"),
            PrinterColumn("Critical", .string, ".spec.criticality"),
            PrinterColumn("Failed", .integer, ".status.counts.failed"),
            .condition("Ready"),
            PrinterColumn(
                "Checks", .string, ".status.conditions[?(@.type==\"ChecksHealthy\")].reason", isWide: true),
            .age,
        ],
        hasStatus: true)

    package static let specSchema = Schema.object(
        "What to watch, and what counts as newer.",
        [
            "suspend": .boolean("Ask no registry and leave this status as it is."),
            "intervalSeconds": .integer(
                "How often registries are asked. Default: 21600, six hours.", minimum: 60, maximum: 2_678_400),
            "schedule": .string(
                "When registries are asked, in place of intervalSeconds: minute, hour, day of month, month, day of week; or @daily and the like.",
                minimumLength: 1, maximumLength: 256),
            "timeZone": .string(
                "IANA name of the time zone of the schedule: Europe/Paris. Default: UTC.", minimumLength: 1,
                maximumLength: 64),
            "jitterSeconds": .integer(
                "Each watch asks that much later at most, always by the same amount. Default: 0.", minimum: 0,
                maximum: 86_400),
            "images": .array(
                "Images to watch although no Pod may run them.",
                of: .object(
                    "",
                    [
                        "image": .string(
                            "As in a Pod: ghcr.io/org/app:1.2.3. Its tag is what newer ones are compared with.",
                            minimumLength: 1, maximumLength: 1_024),
                        "policy": policySchema("In place of spec.policy."),
                    ], required: ["image"]), maximumCount: 256),
            "workloads": .object(
                "The Pods whose images are watched. Absent: none. Empty: all of this namespace.",
                [
                    "selector": CommonSchemas.selector("Labels of the Pods. Absent or empty: all."),
                    "namespaceSelector": CommonSchemas.selector(
                        "Labels of the namespaces to look in; {} is all. Only in the operator's own namespace."),
                    "onlyAnnotated": .boolean(
                        "Watch only Pods whose annotation watchbill.dev/watch or diun.enable is true. Default: false."),
                ]),
            "policy": policySchema("Which tags are candidates, and which of two is the newer."),
            "maximumTags": .integer(
                "A repository with more tags than this is not compared, and that is said. Default: 20000.", minimum: 1,
                maximum: 100_000),
            "minimumAgeSeconds": .integer(
                "How long a tag or a digest must have been seen before it counts. Default: 0.", minimum: 0,
                maximum: 31_536_000),
            "requirePlatforms": .boolean(
                "Count only what has an image for the platform of every node that runs the workload. Default: true."),
            "credentials": .object(
                "As whom registries are asked, by the kubelet's rules: all accounts that match an image are tried, the most specific first, then none. Needs the right to read Secrets in the namespace, which the chart's value secretAccess.namespaces gives. Absent: as nobody.",
                [
                    "secretRef": .object(
                        "A pull secret of this namespace, tried for every image.",
                        [
                            "name": .string(
                                "Its name.", pattern: CommonSchemas.objectName, minimumLength: 1, maximumLength: 253)
                        ], required: ["name"]),
                    "pullSecrets": .oneOf(
                        "Auto: the pull secrets of the Pods that run an image, too. Default: Never.",
                        ImageWatchSpec.PullSecrets.allCases.map(\.rawValue)),
                ]),
            "qualification": .object(
                "Have newer versions scanned, and say what each would fix and add. Absent: they are not scanned.",
                [
                    "scanPolicyRef": .object(
                        "A ScanPolicy of this namespace. It scans the newest version of each outdated image, and what runs with the same database, by its own settings; its suppressions, VEX documents, minimumSeverity and ignoreUnfixed decide what counts.",
                        [
                            "name": .string(
                                "Its name.", pattern: CommonSchemas.objectName, minimumLength: 1, maximumLength: 253)
                        ], required: ["name"])
                ], required: ["scanPolicyRef"]),
            "criticality": .oneOf(
                "How much it matters; for whoever looks. Default: Normal.",
                ImageWatchSpec.Criticality.allCases.map(\.rawValue)),
            "notify": .object(
                "Whom to tell of what, each once. What an image's first comparison finds is told only with onFirstSight.",
                [
                    "channels": CommonSchemas.channels,
                    "events": .array(
                        "NewVersion: a newer tag counts; with spec.qualification it is told with the advice, or without it after fifteen minutes. DigestChanged: a tag that is watched for content has new content. TagMoved: a tag that looks like a version names other content than what runs. Withdrawn: the tag that runs is gone. CheckFailed: images could not be compared for ten minutes. Default: all.",
                        of: .oneOf("", ImageWatchSpec.NoticeEvent.allCases.map(\.rawValue)), list: .set,
                        maximumCount: 5),
                    "onFirstSight": .boolean("Tell of what the first comparison finds, too. Default: false."),
                ], required: ["channels"]),
        ]
    ).holding(
        "!has(self.schedule) || !has(self.intervalSeconds)",
        "schedule stands beside intervalSeconds; remove one of the two"
    ).holding(
        "!has(self.timeZone) || has(self.schedule)",
        "timeZone has no effect without schedule; remove one or add the other")

    private static func policySchema(_ description: String) -> Schema {
        let pattern = Schema.string(minimumLength: 1, maximumLength: 512)
        return .object(
            description,
            [
                "type": .oneOf(
                    "What makes one tag newer than another; Digest watches a tag for new content. Default: SemVer, and Digest for a tag that is no version.",
                    ImageWatchSpec.PolicyType.allCases.map(\.rawValue)),
                "range": .string(
                    "With SemVer, the versions that are acceptable: >=1.2 <2", minimumLength: 1, maximumLength: 256),
                "tags": .object(
                    "Patterns (RE2) that are looked for anywhere in a tag.",
                    [
                        "include": .array(
                            "A tag must match one of them. Absent: all do.", of: pattern, maximumCount: 32),
                        "exclude": .array("A tag must match none of them.", of: pattern, maximumCount: 32),
                        "extract": .string(
                            "What is compared in place of the tag: the group named version, else the first group, else the match.",
                            minimumLength: 1, maximumLength: 512),
                    ]),
            ]
        ).holding("!has(self.range) || !has(self.type) || self.type == 'SemVer'", "range is for SemVer only; remove it")
    }

    package static let statusSchema = Schema.object(
        "How the images stand.",
        CommonSchemas.status.merging([
            "counts": .object(
                "",
                [
                    "monitored": .integer("Images that are watched."),
                    "outdated": .integer("Images of which something newer is there."),
                    "failed": .integer("Images whose registry gave no usable answer."),
                    "omitted": .integer("Images that are not listed, because the status would become too large."),
                ]),
            "outbox": Outbox.schema,
            "omitted": .string("Fingerprints of images that are not listed, and of what was newest of each."),
            "toldFailing": .array("Fingerprints of images that could not be compared and were told of.", of: .string()),
            "images": .array("One for each image and policy, the outdated ones first.", of: imageSchema),
            "lastHandledReconcileAt": .string(
                "The last value of the annotation reconcile.fluxcd.io/requestedAt. If that is a time (RFC 3339), what was asked before it is asked again."
            ),
        ]) { own, _ in own })

    private static let imageSchema = Schema.object(
        "",
        [
            "image": .string("The image as it runs, or as the spec names it."),
            "usedBy": .array(
                "Top-level workloads that run it, ten at most.",
                of: .object(
                    "",
                    [
                        "namespace": .string("Where, if not here."), "kind": .string("Deployment, …"),
                        "name": .string("Its name."),
                    ])),
            "policy": .string("What makes one tag newer than another here."),
            "running": .object(
                "What runs.",
                ["tag": .string("Its tag."), "digest": .string("Its digest, where all Pods have the same one.")]),
            "latest": .object(
                "The newest that counts; what runs, where nothing is newer.",
                [
                    "tag": .string("Its tag."), "digest": .string("Its digest."),
                    "firstSeenTime": .time("When this watch saw it first."),
                ]),
            "outdated": .boolean("Whether something newer than what runs is there. Absent while that is not known."),
            "outdatedSinceTime": .time("Since when."),
            "moved": .boolean("The tag that runs looks like a version and names other content than what runs."),
            "withdrawn": .boolean("The registry does not have the tag that runs any more."),
            "tagCount": .integer(
                "How many tags the repository has had at least: 16, 32, 64, … Absent where it has fewer."),
            "shrunkSinceTime": .time("Since when its list of tags is less than half of that."),
            "candidates": .array(
                "Newer tags that do not count yet, and since when they are known.",
                of: .object(
                    "",
                    [
                        "tag": .string("The tag."), "digest": .string("Its digest, where new content of it is meant."),
                        "firstSeenTime": .time("When it was seen first."),
                    ])),
            "rejected": .map("How many tags are no candidates, by reason.", of: .integer()),
            "advice": .object(
                "What the newest would fix and add, by spec.qualification. Absent while that is not known.",
                [
                    "digest": .string("The newest's digest."),
                    "fixes": severitiesSchema("Vulnerabilities that only what runs has; on the node that gains least."),
                    "adds": severitiesSchema(
                        "Vulnerabilities that only the newest has; on the node that it harms most."),
                ]),
            "adviceDueTime": .time("Until when telling of the newest waits for the advice. Absent when it is told."),
            "lastError": .object(
                "Why there is no newer answer; of several reasons the first in the list of reasons.",
                ["reason": .string("In one CamelCase word."), "message": .string("For people.")]),
        ])

    private static func severitiesSchema(_ description: String) -> Schema {
        var members: [String: Schema] = [:]
        for severity in SeverityName.allCases {
            members[severity.rawValue.lowercased()] = .integer("Absent where it was not compared.")
        }
        return .object(description, members)
    }
}
