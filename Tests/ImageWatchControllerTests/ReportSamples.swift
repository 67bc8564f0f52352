// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import JSONScan
import KubernetesModel
import OCIModel
import Planning

/// Reports and policies as a watch finds them.
extension WatchWorld {
    /// A report of these findings: `CVE-1 ssl Critical`, with ` 2` behind where a version 2 fixes it.
    static func report(
        _ digest: Character, _ findings: [String], in namespace: String = "shop", platform: String = "linux/amd64",
        total: Int? = nil, database: Int64 = 1_699_000_000, scanned: Int64 = 1_700_000_000
    ) throws -> ScanReport {
        let parsed = Platform(platform) ?? Platform(os: "linux", architecture: "amd64")
        let listed: [JSONValue] = findings.map { line in
            let words = line.split(separator: " ").map(String.init)
            return .compact([
                "id": .string(words[0]), "package": .string(words[1]), "installed": "1",
                "severity": .string(words[2]), "fixed": words.count > 3 ? .string(words[3]) : nil,
            ])
        }
        let report = ScanReport(
            metadata: ObjectMetadata(name: ScanReport.name(self.digest(digest), parsed), namespace: namespace),
            image: .init(reference: "r.io/app:1", digest: self.digest(digest), platform: parsed),
            scanner: .init(
                version: nil, databaseUpdatedTime: Timestamp(secondsSinceEpoch: database), scanners: [.vulnerability],
                placement: .operator, jobUID: "j"),
            scanTime: Timestamp(secondsSinceEpoch: scanned), summary: .init(),
            details: ["findings": .array(listed), "totalFindings": .integer(Int64(total ?? findings.count))])
        // As it is read from the API, so that its content has a digest.
        var object = JSONValue.object(report.body)
        object["metadata"] = ["name": .string(report.metadata.name), "namespace": .string(namespace)]
        var scanner = JSONScanner(object.canonicalBytes)
        return try ScanReport(from: &scanner)
    }

    mutating func add(_ report: ScanReport) { world[ScanReport.self][report.key] = .object(report) }

    /// A policy `p`, unless it is to have another name.
    mutating func addPolicy(
        _ name: String = "p", in namespace: String = "shop", status: JSONValue? = nil,
        change: (inout ScanPolicySpec) -> Void = { _ in }
    ) {
        let policy = Self.policy(name, in: namespace, status: status, change: change)
        world[ScanPolicy.self][policy.key] = .object(policy)
    }

    /// Scans of these digests have failed: `b` with the operator's rights, `b shop` with those of a namespace.
    mutating func scansFailed(
        _ scans: String..., reason: ScanFailureReason = .unauthorized, platform: String = "linux/amd64",
        scanners: [ScannerKind] = [.vulnerability], at time: Timestamp? = nil
    ) {
        let parsed = Platform(platform) ?? Platform(os: "linux", architecture: "amd64")
        var entries: [String: JSONValue] = [:]
        for scan in scans {
            let words = scan.split(separator: " ").map(String.init)
            let id = FailedScans.id(
                Self.digest(Character(words[0])), parsed, withRightsOf: words.count > 1 ? words[1] : nil)
            entries[id] = [
                "reason": .string(reason.rawValue), "message": .string("because of \(scan)"),
                "lastTime": .string((time ?? now).rfc3339), "scanners": .strings(scanners.map(\.rawValue)),
            ]
        }
        let metadata = ObjectMetadata(name: FailedScans.name, namespace: world.configuration.operatorNamespace)
        let map = ConfigMap(metadata: metadata, data: [FailedScans.member: JSONValue.object(entries).canonicalText])
        world[ConfigMap.self][map.key] = .object(map)
    }

    static func policy(
        _ name: String = "p", in namespace: String = "shop", status: JSONValue? = nil,
        change: (inout ScanPolicySpec) -> Void = { _ in }
    ) -> ScanPolicy {
        var spec = ScanPolicySpec()
        change(&spec)
        return ScanPolicy(
            metadata: ObjectMetadata(name: name, namespace: namespace, uid: "policy"), spec: spec,
            observedStatus: status)
    }
}
