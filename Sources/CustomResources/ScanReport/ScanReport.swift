// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import OCIModel

/// What was found in one image, by digest and platform, in a namespace that uses it. Written by the operator only.
package struct ScanReport: KubernetesObject {
    package static let resource = ResourceType(
        group: CustomResourceDefinition.group, version: "v1alpha1", kind: "ScanReport", plural: "scanreports")

    package var metadata: ObjectMetadata
    package var image: Image
    /// Top-level workloads and policies, sorted, at most `usersLimit`.
    package var usedBy: [Workload] = []
    /// Since when nothing uses the image; absent while something does. `usedBy` then has who used it last.
    package var unusedSinceTime: Timestamp?
    package var scanner: Scanner
    package var scanTime: Timestamp
    package var summary: Summary
    /// All findings in a form for programs; nil when there are none.
    package var compact: Compact?
    /// Against what the same workload ran before; nil when that is not known.
    package var change: Change?
    /// The lists of findings as canonical JSON text: an object with members from `detailMembers`. Kept as bytes, because
    /// they are only ever copied as a whole.
    package private(set) var details: [UInt8]
    /// `ContentDigest` of the object as it was read; nil for one that was made here.
    package private(set) var contentDigest: String?

    package static let usersLimit = 50
    /// Entries in either list of `change`.
    package static let changesLimit = 50
    /// The members that `details` may have.
    static let detailMembers: Set<String> = ["findings", "totalFindings", "secrets", "licenses", "misconfigurations"]

    package init(
        metadata: ObjectMetadata, image: Image, scanner: Scanner, scanTime: Timestamp, summary: Summary,
        details: JSONValue, compact: Compact? = nil
    ) {
        self.compact = compact
        self.metadata = metadata
        self.image = image
        self.scanner = scanner
        self.scanTime = scanTime
        self.summary = summary
        self.details = details.canonicalBytes
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        var metadata = ObjectMetadata()
        var members: [String: JSONValue] = [:]
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            case "apiVersion", "kind": try scanner.skipValue()
            default: members[key.string] = try scanner.readValue()
            }
        }
        try self.init(metadata: metadata, members: members)
    }

    private init(metadata: ObjectMetadata, members: [String: JSONValue]) throws(JSONError) {
        self.metadata = metadata
        image = try Image(json: members["image"])
        scanner = Scanner(json: members["scanner"])
        guard let time = members["scanTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) else {
            throw JSONError(path: "scanTime", offset: 0, reason: "expected an instant")
        }
        scanTime = time
        summary = Summary(json: members["summary"])
        usedBy = (members["usedBy"]?.arrayValue ?? []).map {
            Workload(kind: $0["kind"]?.stringValue ?? "", name: $0["name"]?.stringValue ?? "")
        }
        unusedSinceTime = members["unusedSinceTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        compact = Compact(json: members)
        change = members["change"].flatMap(Change.init(json:))
        details = JSONValue.object(members.filter { Self.detailMembers.contains($0.key) }).canonicalBytes
        contentDigest = ContentDigest.of(.object(members))
    }

    /// Everything that is applied apart from metadata.
    package var body: [String: JSONValue] {
        var members = listed
        members["image"] = image.json
        members["scanner"] = scanner.json
        members["scanTime"] = .string(scanTime.rfc3339)
        members["summary"] = summary.json
        members["usedBy"] = .array(usedBy.map { ["kind": .string($0.kind), "name": .string($0.name)] })
        if let compact { members.merge(compact.members) { $1 } }
        if let change { members["change"] = change.json }
        if let unusedSinceTime { members["unusedSinceTime"] = .string(unusedSinceTime.rfc3339) }
        return members
    }

    /// The lists for people, read from `details`, which `canonicalBytes` wrote.
    package var listed: [String: JSONValue] {
        var scanner = JSONScanner(details)
        do throws(JSONError) { return try scanner.readValue().objectValue ?? [:] } catch { return [:] }
    }
}

extension ScanReport {
    package struct Image: Hashable, Sendable {
        /// As a workload of this namespace names it.
        package var reference: String
        package var digest: Digest
        package var platform: Platform
        /// `alpine 3.18.4`; nil when the scanner knows no operating system in the image.
        package var os: String?
        /// True when that operating system gets no security updates any more.
        package var osEndOfLife: Bool?
        /// The digest is not what the node reported but what the registry served for the tag.
        package var isResolvedFromTag: Bool

        package init(
            reference: String, digest: Digest, platform: Platform, os: String? = nil, osEndOfLife: Bool? = nil,
            isResolvedFromTag: Bool = false
        ) {
            self.reference = reference
            self.digest = digest
            self.platform = platform
            self.os = os
            self.osEndOfLife = osEndOfLife
            self.isResolvedFromTag = isResolvedFromTag
        }
    }

    /// A top-level owner of Pods, or a policy that names the image.
    package struct Workload: Hashable, Comparable, Sendable {
        package var kind: String
        package var name: String

        package init(kind: String, name: String) {
            self.kind = kind
            self.name = name
        }

        package static func < (left: Workload, right: Workload) -> Bool {
            left.kind == right.kind ? left.name < right.name : left.kind < right.kind
        }
    }

    /// What scanned, how fresh its database was, and where it ran.
    package struct Scanner: Hashable, Sendable {
        package var version: String?
        package var databaseUpdatedTime: Timestamp?
        package var scanners: Set<ScannerKind>
        package var placement: Placement
        /// The Job whose result this is.
        package var jobUID: String
        /// The database that the scan was pinned to.
        package var databaseDigest: String?
        /// The due time of the run that asked for the scan; nil for the scan of a new image.
        package var runTime: Timestamp?
        /// How long it took, in whole seconds, rounded up.
        package var durationSeconds: Int64?
        /// The scanner's largest resident size.
        package var peakMemoryBytes: Int64?

        package init(
            version: String?, databaseUpdatedTime: Timestamp?, scanners: Set<ScannerKind>, placement: Placement,
            jobUID: String, databaseDigest: String? = nil, runTime: Timestamp? = nil, durationSeconds: Int64? = nil,
            peakMemoryBytes: Int64? = nil
        ) {
            self.durationSeconds = durationSeconds
            self.peakMemoryBytes = peakMemoryBytes
            self.databaseDigest = databaseDigest
            self.runTime = runTime
            self.version = version
            self.databaseUpdatedTime = databaseUpdatedTime
            self.scanners = scanners
            self.placement = placement
            self.jobUID = jobUID
        }
    }

    /// Counts of all findings, listed or not.
    package struct Summary: Hashable, Sendable {
        /// Vulnerabilities by severity; a severity that is missing has none.
        package var vulnerabilities: [SeverityName: Int]
        /// Those of them that no release fixes.
        package var unfixed: [SeverityName: Int]
        package var secrets: Int
        package var licenses: Int
        package var misconfigurations: Int

        package init(
            vulnerabilities: [SeverityName: Int] = [:], unfixed: [SeverityName: Int] = [:], secrets: Int = 0,
            licenses: Int = 0,
            misconfigurations: Int = 0
        ) {
            self.vulnerabilities = vulnerabilities.filter { $0.value > 0 }
            self.unfixed = unfixed.filter { $0.value > 0 }
            self.secrets = secrets
            self.licenses = licenses
            self.misconfigurations = misconfigurations
        }

        /// Vulnerabilities that an update would end.
        package var fixable: Int { vulnerabilities.values.reduce(0, &+) &- unfixed.values.reduce(0, &+) }
    }
}
