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
            PrinterColumn("Schedule", .string, ".spec.schedule"),
            PrinterColumn("Images", .integer, ".status.images.matched"),
            PrinterColumn("Critical", .integer, ".status.summary.critical"),
            PrinterColumn("High", .integer, ".status.summary.high"),
            PrinterColumn("Secrets", .integer, ".status.summary.secrets"),
            PrinterColumn("Failed", .integer, ".status.images.failed"),
            .condition("Ready"),
            .condition("Compliant"),
            PrinterColumn("Scans", .string, ".status.conditions[?(@.type==\"ScansHealthy\")].reason", isWide: true),
            PrinterColumn("Last", .date, ".status.lastScanTime"),
            PrinterColumn("Next", .string, ".status.nextScanTime"),
            .age,
        ],
        hasStatus: true)

    package static let specSchema = Schema.object(
        "What to scan, and how.",
        [
            "suspend": .boolean("Start no scan and write nothing but this status."),
            "schedule": .string(
                "When all matched images are scanned again: minute, hour, day of month, month, day of week; or @daily and the like. "
                    + "Absent: each image is scanned once, when it is first seen.", minimumLength: 1, maximumLength: 256
            ),
            "timeZone": .string(
                "IANA name of the time zone of the schedule: Europe/Paris. Default: UTC.", minimumLength: 1,
                maximumLength: 64),
            "jitterSeconds": .integer(
                "Each policy starts that much later at most, always by the same amount. Default: 0.", minimum: 0,
                maximum: 86_400),
            "onNewImage": .boolean(
                "Scan an image when it is first seen, not only when the schedule is due. Default: true; without a schedule always true."
            ),
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
            "suppressions": .array(
                "Findings that this policy does not count. Reports keep them.", of: suppressionSchema, maximumCount: 500
            ),
            "vex": .array(
                "ConfigMaps of this namespace with VEX documents (OpenVEX, CycloneDX): what they say does not affect an image, or is fixed, is not counted.",
                of: .object(
                    "",
                    [
                        "configMap": .string("Its name.", pattern: CommonSchemas.objectName, maximumLength: 253),
                        "key": .string(
                            "The key with the document. Absent: every key.", minimumLength: 1, maximumLength: 253),
                    ], required: ["configMap"]), maximumCount: 16),
            "compliance": .object(
                "How much this policy puts up with: more of it makes the condition Compliant False. What is absent has no bound.",
                [
                    "maximumCritical": .integer("Critical vulnerabilities.", minimum: 0, maximum: 1_000_000),
                    "maximumHigh": .integer("High vulnerabilities.", minimum: 0, maximum: 1_000_000),
                    "maximumSecrets": .integer("Secrets in images.", minimum: 0, maximum: 1_000_000),
                ]),
            "job": jobSchema,
            "notify": .object(
                "Whom to tell of what. What an image brings along when it is scanned for the first time is told only with onFirstScan.",
                [
                    "channels": CommonSchemas.channels,
                    "events": .array(
                        "NewCritical: vulnerabilities that were not there before. NewSecret: secrets, likewise. Breach: spec.compliance is exceeded. ScanFailed: images whose scans failed as often as spec.job.retries allows. Default: all.",
                        of: .oneOf("", ScanPolicySpec.NoticeEvent.allCases.map(\.rawValue)), list: .set,
                        maximumCount: 4),
                    "minimumSeverity": .oneOf(
                        "Vulnerabilities below it are not told of. Default: Critical.",
                        SeverityName.allCases.map(\.rawValue)),
                    "onFirstScan": .boolean("Tell of what the first scan of an image finds, too. Default: false."),
                ], required: ["channels"]),
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

    private static let suppressionSchema = Schema.object(
        "",
        [
            "id": .string(
                "CVE-…, GHSA-…, a secret's rule, a check's id or a licence's name; * stands for any text, ? for one character.",
                minimumLength: 1, maximumLength: 253),
            "package": .string(
                "Only in packages of that name; * and ? as above.", minimumLength: 1, maximumLength: 253),
            "image": .string("Only in images of that name; * and ? as above.", minimumLength: 1, maximumLength: 512),
            "reason": .string("Why; for people.", minimumLength: 1, maximumLength: 1_024),
            "expiresTime": .time("When it ends by itself. Absent: never."),
        ], required: ["id", "reason"])

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
                "Pull secrets of this namespace to use beside those of the Pods, by the kubelet's rules: of all their accounts those that match the image are tried, the most specific first.",
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
        ]
    ).holding(
        "!has(self.placement) || self.placement != 'Operator' || !has(self.serviceAccountName)",
        "serviceAccountName has no effect when placement is Operator; remove one of the two"
    ).holding(
        "!has(self.placement) || self.placement != 'Operator' || !has(self.imagePullSecrets) || size(self.imagePullSecrets) == 0",
        "imagePullSecrets has no effect when placement is Operator; remove one of the two")

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
                    "suppressed": .integer("Findings left out by suppressions and VEX documents."),
                ]),
            "run": .object(
                "The latest run: all matched images are scanned again, with one database.",
                [
                    "id": .string("Names it in reports and messages."),
                    "dueTime": .time("When it was due."),
                    "trigger": .oneOf("What started it.", ScanRun.Trigger.allCases.map(\.rawValue)),
                    "databaseDigest": .string(
                        "The vulnerability database that it is pinned to; absent when its registry did not answer."),
                    "completionTime": .time("When every image had its report, or was given up."),
                ], required: ["id", "dueTime", "trigger"]),
            "change": .object(
                "Vulnerabilities that the images in use brought and ended, against what their workloads ran before.",
                ["introduced": .integer(), "resolved": .integer()]),
            "nextScanTime": .time("When the next run is due, jitter included."),
            "lastHandledScanNow": .string(
                "The value of the annotation watchbill.dev/scan-now that was last acted upon."),
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
            "outbox": Outbox.schema,
            "notified": .object(
                "What was told of or is not to be told of, so that it is told once.",
                [
                    "known": .string("Fingerprints of findings."),
                    "total": .integer("How many vulnerabilities there were."),
                    "secrets": .integer("How many secrets there were."),
                    "scope": .string("What was looked for."),
                    "breached": .boolean("Whether spec.compliance was exceeded."),
                    "failing": .array("Fingerprints of images that could not be scanned.", of: .string()),
                    "waitingSinceTime": .time(
                        "Since when news wait for scans to end; absent while nothing is scanned."),
                ]),
            "lastScanTime": .time("The latest scan among the reports."),
            "trivyVersion": .string("Of that scan."),
            "database": .object(
                "The vulnerability database of that scan.", ["updatedTime": .time("When it was published.")]),
            "lastHandledReconcileAt": .string(
                "The value of the annotation reconcile.fluxcd.io/requestedAt that was last seen."),
        ]) { _, own in own })
}
