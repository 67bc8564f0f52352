// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What a policy's channels know already: fingerprints of findings, so that a status stays small whatever is found.
package struct NotifiedFindings: Hashable, Sendable {
    /// The findings of each repository that was looked at, by the repository's own fingerprint.
    package var known: [UInt32: Set<UInt32>] = [:]
    /// How many vulnerabilities there were; more than `known` has room for, perhaps.
    package var total = 0
    /// How many secrets there were; not in `total`.
    package var secrets = 0
    /// What was looked for: severities and scanners.
    package var scope = ""
    package var breached = false
    /// Fingerprints of images that could not be scanned.
    package var failing: Set<UInt32> = []
    /// Since when news wait for scans to end; nil while nothing is scanned.
    package var waitingSinceTime: Timestamp?

    /// Fingerprints kept; four bytes each.
    package static let limit = 2_000
    package static let failingLimit = 100

    package init() {}

    /// Nil when it is none; a status is written by us, but may be spoiled by others.
    package init?(json: JSONValue?) {
        guard let json, json.objectValue != nil else { return nil }
        let text = json["known"]?.stringValue ?? ""
        guard text.utf8.count <= 24 * Self.limit,
            let bytes = Base64.decode(Array(text.utf8)[...]), bytes.count.isMultiple(of: 4)
        else { return nil }
        var words = stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }[...]
        while let repository = words.popFirst() {
            guard let count = words.popFirst(), count <= words.count else { return nil }
            known[repository] = Set(words.prefix(Int(count)))
            words = words.dropFirst(Int(count))
        }
        total = Int(max(0, min(json["total"]?.integerValue ?? 0, 1 << 31)))
        secrets = Int(max(0, min(json["secrets"]?.integerValue ?? 0, 1 << 31)))
        scope = json["scope"]?.stringValue ?? ""
        breached = json["breached"]?.boolValue ?? false
        failing = Set(
            (json["failing"]?.arrayValue ?? []).prefix(Self.failingLimit).compactMap {
                $0.stringValue.flatMap { UInt32($0, radix: 16) }
            })
        waitingSinceTime = json["waitingSinceTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
    }

    /// A repository, how many of its findings follow, and these. Nothing instead of an empty text: Kubernetes 1.20 makes null of it.
    package var json: JSONValue {
        let words = known.sorted { $0.key < $1.key }.flatMap { repository, findings in
            [repository, UInt32(findings.count)] + findings.sorted()
        }
        let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
        return .compact([
            "known": bytes.isEmpty ? nil : .string(Base64.encode(bytes)), "total": .integer(Int64(total)),
            "secrets": .integer(Int64(secrets)), "scope": .string(scope), "breached": .bool(breached),
            "failing": failing.isEmpty ? nil : .strings(failing.sorted().map { String($0, radix: 16) }),
            "waitingSinceTime": waitingSinceTime.map { .string($0.rfc3339) },
        ])
    }

    /// Makes room: what was not seen now goes first.
    package mutating func fit(keeping present: Set<UInt32>) {
        var room = Self.limit
        func order(_ repository: UInt32) -> (Int, UInt32) { (present.contains(repository) ? 0 : 1, repository) }
        for repository in known.keys.sorted(by: { order($0) < order($1) }) {
            let findings = known[repository] ?? []
            // A repository that is known in part would make news of what it had.
            if findings.count + 2 > room { known[repository] = nil } else { room -= findings.count + 2 }
        }
    }
}

extension ScanPolicy: Notifier {
    /// What the status remembers of what was told.
    package var observedNotified: NotifiedFindings? { NotifiedFindings(json: observedStatus?["notified"]) }

    package static func phrase(_ event: String, count: Int) -> String? {
        ScanPolicySpec.NoticeEvent(rawValue: event)?.phrase(count)
    }
}
