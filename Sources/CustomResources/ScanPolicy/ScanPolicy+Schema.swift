// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Schema

extension ScanPolicy {
    package static let definition = CustomResourceDefinition(
        resource: resource, shortName: "scanpol",
        schema: .object(
            "Scans the images that a namespace runs, and says in its status how that stands.",
            ["spec": specSchema, "status": statusSchema], required: ["spec"]),
        columns: [
            PrinterColumn("Images", .integer, ".status.images.matched"),
            PrinterColumn("Critical", .integer, ".status.summary.critical"),
            PrinterColumn("High", .integer, ".status.summary.high"),
            PrinterColumn("Secrets", .integer, ".status.summary.secrets"),
            PrinterColumn("Failed", .integer, ".status.images.failed"),
            .condition("Ready"),
            PrinterColumn("Scans", .string, ".status.conditions[?(@.type==\"ScansHealthy\")].reason", isWide: true),
            PrinterColumn("Last", .date, ".status.lastScanTime"),
            .age,
        ],
        hasStatus: true)

    package static let specSchema = Schema.object(
        "What to scan, and how.",
        [
            "suspend": .boolean("Start no scan and write nothing but this status."),
            "workloads": .object(
                "The Pods whose images are scanned. Absent: none. Empty: all of this namespace.",
                [
                    "selector": CommonSchemas.selector("Labels of the Pods. Absent or empty: all."),
                    "excludeKinds": .array(
                        "Kinds of top-level owners whose Pods are left out: CronJob, DaemonSet, Pod for one without an owner, …",
                        of: .string(minimumLength: 1, maximumLength: 63), list: .set, maximumCount: 32),
                    "namespaceSelector": CommonSchemas.selector(
                        "Labels of the namespaces to look in; {} is all. Only in the operator's own namespace."),
                ]),
            "images": .array(
                "Images to scan although no Pod may run them, on every platform that the cluster's nodes have.",
                of: .string(minimumLength: 1, maximumLength: 1_024), list: .set, maximumCount: 256),
            "excludeImages": .array(
                "Images to leave out; * stands for any text, ? for one character: registry.k8s.io/*",
                of: .string(minimumLength: 1, maximumLength: 512), list: .set, maximumCount: 256),
            "scanners": .array(
                "What to look for. Default: Vulnerability and Secret.",
                of: .oneOf("", ScannerKind.allCases.map(\.rawValue)),
                list: .set, maximumCount: 4),
            "minimumSeverity": .oneOf(
                "Findings below it are left out of this policy's summary, not of reports. Default: Unknown, which is all.",
                SeverityName.allCases.map(\.rawValue)),
            "ignoreUnfixed": .boolean(
                "Leave vulnerabilities without a fix out of this policy's summary, not of reports."),
            "job": jobSchema,
            "reports": .object(
                "The reports that the scans write. Where several policies cover an image, the greatest value holds.",
                [
                    "maximumFindings": .integer(
                        "Findings listed in one report, the worst first; totals count all. Default: 500.", minimum: 1,
                        maximum: 1_000),
                    "retentionSeconds": .integer(
                        "How long the report of an image that is no longer used is kept. Default: 604800, a week.",
                        minimum: 0,
                        maximum: 31_536_000),
                ]),
        ])

    private static let jobSchema = Schema.object(
        "The Jobs that scan.",
        [
            "placement": .oneOf(
                "Operator: in the operator's namespace, without credentials. Workload: in the Pod's namespace, with its pull secrets. "
                    + "Auto, the default: Workload where a pull secret is named, else Operator.",
                Placement.allCases.map(\.rawValue)),
            "retries": .integer("Tries after the first; then again after a day. Default: 3.", minimum: 0, maximum: 20),
            "timeoutSeconds": .integer(
                "How long the scan of one image may take. Default: 600.", minimum: 30, maximum: 7_200),
            "resources": .object(
                "Resources of a Job placed with its workload; the operator's configuration decides for all others.",
                ["requests": resourceList, "limits": resourceList]),
            "serviceAccountName": .string(
                "Service account of a Job placed with its workload. Its token is not mounted.",
                pattern: CommonSchemas.objectName,
                maximumLength: 253),
            "imagePullSecrets": .array(
                "Pull secrets of this namespace to use beside those of the Pods. Where there are several, each try uses the next one.",
                of: .string(pattern: CommonSchemas.objectName, maximumLength: 253), list: .set, maximumCount: 16),
            "nodeSelector": .map(
                "Nodes for a Job placed with its workload.", of: .string(maximumLength: 63), maximumCount: 32),
            "tolerations": .array(
                "Taints that a Job placed with its workload puts up with.",
                of: .object(
                    "",
                    [
                        "key": .string(maximumLength: 317),
                        "operator": .oneOf("", Toleration.Operator.allCases.map(\.rawValue)),
                        "value": .string(maximumLength: 63),
                        "effect": .oneOf("", Toleration.Effect.allCases.map(\.rawValue)),
                        "tolerationSeconds": .integer(),
                    ]), maximumCount: 32),
        ])

    private static let resourceList = Schema.map(
        of: .integerOrString("", pattern: CommonSchemas.quantity), maximumCount: 16)

    private static let statusSchema = Schema.object(
        "What was observed.",
        CommonSchemas.status.merging([
            "images": .object(
                "Counts of the images that this policy matches, each digest and platform once.",
                [
                    "matched": .integer("All of them."), "scanned": .integer("With a report."),
                    "running": .integer("In a Job now."), "queued": .integer("Waiting for their turn, or for a fact."),
                    "failed": .integer("Whose last try failed."),
                    "notPullable": .integer(
                        "That the cluster itself cannot pull or whose digest no registry knows; not tried."),
                ]),
            "summary": .object(
                "Findings in the reports of the matched images, as minimumSeverity and ignoreUnfixed let them through.",
                [
                    "critical": .integer(), "high": .integer(), "medium": .integer(), "low": .integer(),
                    "unknown": .integer(),
                    "secrets": .integer(),
                ]),
            "failures": .array(
                "The ten worst images: those given up, then those tried most often.",
                of: .object(
                    "",
                    [
                        "image": .string("As the workload names it."), "attempts": .integer("Tries so far."),
                        "reason": .string("Why, in one CamelCase word from a documented set."),
                        "message": .string("Why, for people."),
                        "nextAttemptTime": .time("When it is tried again."),
                    ], required: ["image", "attempts", "reason", "message"]), maximumCount: 10),
            "lastScanTime": .time("The latest scan among the reports."),
            "trivyVersion": .string("Of that scan."),
            "database": .object(
                "The vulnerability database of that scan.", ["updatedTime": .time("When it was published.")]),
            "lastHandledReconcileAt": .string(
                "The value of the annotation reconcile.fluxcd.io/requestedAt that was last seen."),
        ]) { _, own in own })
}
