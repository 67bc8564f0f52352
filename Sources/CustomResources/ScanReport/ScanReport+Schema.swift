// SPDX-License-Identifier: Apache-2.0
import KubernetesModel
import Schema

extension ScanReport {
    package static let definition = CustomResourceDefinition(
        resource: resource, shortName: "scanrep", schema: schema,
        columns: [
            PrinterColumn("Image", .string, ".image.reference"),
            PrinterColumn("Critical", .integer, ".summary.critical"),
            PrinterColumn("High", .integer, ".summary.high"),
            PrinterColumn("Medium", .integer, ".summary.medium"),
            PrinterColumn("Low", .integer, ".summary.low"),
            PrinterColumn("Secrets", .integer, ".summary.secrets"),
            PrinterColumn("Fixable", .integer, ".summary.fixable"),
            PrinterColumn("Platform", .string, ".image.platform", isWide: true),
            PrinterColumn("Digest", .string, ".image.digest", isWide: true),
            .age,
        ],
        hasStatus: false)

    package static let schema = Schema.object(
        "What was found in one image, by digest and platform, in a namespace that uses it. Written by the operator only.",
        [
            "image": .object(
                "The image.",
                [
                    "reference": .string("As a workload of this namespace names it."),
                    "digest": .string("Of what runs: an image's manifest, or the index that it was chosen from."),
                    "platform": .string("os/architecture, or os/architecture/variant."),
                    "os": .string("The operating system in the image, with its version."),
                    "osEndOfLife": .boolean("It gets no security updates any more."),
                    "resolvedFromTag": .boolean(
                        "The digest is what the registry serves for the tag, because the node did not report one of this repository."
                    ),
                ], required: ["reference", "digest", "platform"]),
            "usedBy": .array(
                "Top-level workloads that run it, policies that name it, and ImageWatches that have it compared; at most 50. When nothing uses it any more: those that did last.",
                of: .object("", ["kind": .string(), "name": .string()], required: ["kind", "name"]),
                maximumCount: usersLimit),
            "unusedSinceTime": .time(
                "Since when nothing of that uses it; the report goes when reports.retentionSeconds have passed and what came after it has its own report."
            ),
            "scanner": scannerSchema,
            "scanTime": .time("When it was scanned."),
            "summary": summarySchema,
            "findings": .array(
                "Vulnerabilities, the worst first, as many as reports.maximumFindings allows.",
                of: .object(
                    "",
                    [
                        "id": .string("CVE-…, GHSA-…"), "package": .string(),
                        "installed": .string("The version in the image."),
                        "fixed": .string("The versions without it."), "severity": .string(), "title": .string(),
                    ], required: ["id", "package", "severity"])),
            "totalFindings": .integer("All vulnerabilities, listed or not."),
            "compact": .string(
                "All findings for programs, base64 of gzip of JSON: {findings: [{id, package, installed, fixed, severity, purl}], secrets: [{id, count}], "
                    + "licenses: [{id, package, count}], misconfigurations: [{id, count}]}. Suppressions and changes are worked out from it.",
                maximumLength: 98_304),
            "compactTruncated": .boolean("compact had no room for the mildest findings."),
            "change": .object(
                "Vulnerabilities that this image brought and ended, against what the same workload ran before of the same repository.",
                [
                    "previousDigest": .string("What it ran before."),
                    "introduced": changed("New in a package, the worst first, as many as there is room for."),
                    "resolved": changed("Gone from a package, or gone with it."),
                    "totalIntroduced": .integer("All of them, listed or not."),
                    "totalResolved": .integer("All of them, listed or not."),
                ], required: ["previousDigest", "totalIntroduced", "totalResolved"]),
            "secrets": .array(
                "Where credentials lie in the image; never the credentials.",
                of: .object(
                    "", ["rule": .string(), "severity": .string(), "path": .string(), "line": .integer()],
                    required: ["rule", "path"])),
            "licenses": .array(
                "Licences of packages, each with one that has it and how many do.",
                of: .object(
                    "",
                    [
                        "name": .string(), "category": .string(), "severity": .string(), "package": .string(),
                        "uses": .integer("How many packages have it."),
                    ], required: ["name"])),
            "misconfigurations": .array(
                "Failed checks of the image's configuration.",
                of: .object(
                    "", ["id": .string(), "severity": .string(), "title": .string(), "target": .string()],
                    required: ["id"])),
        ], required: ["image", "scanner", "scanTime", "summary"])

    private static func changed(_ description: String) -> Schema {
        .array(
            description,
            of: .object(
                "", ["id": .string(), "package": .string(), "severity": .string()],
                required: ["id", "package", "severity"]), maximumCount: changesLimit)
    }

    private static let scannerSchema = Schema.object(
        "What scanned it.",
        [
            "name": .string(), "version": .string(), "databaseUpdatedTime": .time("When its database was published."),
            "scanners": .array(of: .oneOf("", ScannerKind.allCases.map(\.rawValue)), list: .set),
            "placement": .oneOf(
                "Operator: valid in every namespace. Workload: made with credentials of this one, valid here only.",
                [Placement.operator.rawValue, Placement.workload.rawValue]),
            "jobUID": .string("The Job whose result this is."),
            "databaseDigest": .string("The vulnerability database that the scan was pinned to."),
            "runTime": .time("When the run was due that asked for the scan; absent for the scan of a new image."),
            "durationSeconds": .integer("How long the scan took."),
            "peakMemoryBytes": .integer("The scanner's largest resident size; the next scan gets what it needs."),
        ])

    private static var severities: [String: Schema] {
        Dictionary(SeverityName.allCases.map { ($0.memberName, .integer()) }, uniquingKeysWith: { $1 })
    }

    private static var summarySchema: Schema {
        .object(
            "Counts of everything that was found, listed or not.",
            severities.merging([
                "unfixed": .object("Vulnerabilities that no release fixes.", severities),
                "fixable": .integer("Vulnerabilities that an update would end."), "secrets": .integer(),
                "licenses": .integer(),
                "misconfigurations": .integer(),
            ]) { _, own in own })
    }
}
