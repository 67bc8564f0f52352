// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import OCIModel

extension ScanReport.Image {
    init(json: JSONValue?) throws(JSONError) {
        guard let digest = json?["digest"]?.stringValue.flatMap({ Digest($0) }) else {
            throw JSONError(path: "image.digest", offset: 0, reason: "expected a digest")
        }
        guard let platform = json?["platform"]?.stringValue.flatMap({ Platform($0) }) else {
            throw JSONError(path: "image.platform", offset: 0, reason: "expected os/architecture")
        }
        self.init(
            reference: json?["reference"]?.stringValue ?? "", digest: digest, platform: platform,
            os: json?["os"]?.stringValue, osEndOfLife: json?["osEndOfLife"]?.boolValue,
            isResolvedFromTag: json?["resolvedFromTag"]?.boolValue ?? false)
    }

    var json: JSONValue {
        .compact([
            "reference": .string(reference), "digest": .string(digest.description),
            "platform": .string(platform.description),
            "os": os.map(JSONValue.string), "osEndOfLife": osEndOfLife.map(JSONValue.bool),
            "resolvedFromTag": isResolvedFromTag ? true : nil,
        ])
    }
}

extension ScanReport.Scanner {
    init(json: JSONValue?) {
        let names = json?["scanners"]?.arrayValue?.compactMap(\.stringValue) ?? []
        self.init(
            version: json?["version"]?.stringValue,
            databaseUpdatedTime: json?["databaseUpdatedTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            scanners: Set(names.compactMap(ScannerKind.init(rawValue:))),
            // What does not say that it is valid everywhere is not.
            placement: json?["placement"]?.stringValue.flatMap(Placement.init(rawValue:)) ?? .workload,
            jobUID: json?["jobUID"]?.stringValue ?? "", databaseDigest: json?["databaseDigest"]?.stringValue,
            runTime: json?["runTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            durationSeconds: json?["durationSeconds"]?.integerValue,
            peakMemoryBytes: json?["peakMemoryBytes"]?.integerValue)
    }

    var json: JSONValue {
        .compact([
            "name": "Trivy", "version": version.map(JSONValue.string),
            "databaseUpdatedTime": databaseUpdatedTime.map { .string($0.rfc3339) },
            "scanners": .strings(scanners.sorted().map(\.rawValue)), "placement": .string(placement.rawValue),
            "jobUID": .string(jobUID), "databaseDigest": databaseDigest.map(JSONValue.string),
            "runTime": runTime.map { .string($0.rfc3339) }, "durationSeconds": durationSeconds.map(JSONValue.integer),
            "peakMemoryBytes": peakMemoryBytes.map(JSONValue.integer),
        ])
    }
}

extension ScanReport.Summary {
    init(json: JSONValue?) {
        self.init(
            vulnerabilities: Self.counts(json), unfixed: Self.counts(json?["unfixed"]),
            secrets: Self.count(json?["secrets"]),
            licenses: Self.count(json?["licenses"]), misconfigurations: Self.count(json?["misconfigurations"]))
    }

    var json: JSONValue {
        var members = Self.json(vulnerabilities)
        members["unfixed"] = .object(Self.json(unfixed))
        members["fixable"] = .integer(Int64(fixable))
        members["secrets"] = .integer(Int64(secrets))
        members["licenses"] = .integer(Int64(licenses))
        members["misconfigurations"] = .integer(Int64(misconfigurations))
        return .object(members)
    }

    private static func counts(_ json: JSONValue?) -> [SeverityName: Int] {
        Dictionary(
            SeverityName.allCases.map { ($0, count(json?[$0.memberName])) }, uniquingKeysWith: { $1 })
    }

    /// Never so large that sums could overflow.
    private static func count(_ json: JSONValue?) -> Int { Int(max(0, min(json?.integerValue ?? 0, 1 << 31))) }

    private static func json(_ counts: [SeverityName: Int]) -> [String: JSONValue] {
        Dictionary(
            SeverityName.allCases.map { ($0.memberName, .integer(Int64(counts[$0] ?? 0))) }, uniquingKeysWith: { $1 })
    }
}

extension SeverityName {
    /// The name of its count in a summary: `critical`.
    package var memberName: String { rawValue.lowercased() }
}
