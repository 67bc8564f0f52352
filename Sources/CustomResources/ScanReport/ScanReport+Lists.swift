// SPDX-License-Identifier: Apache-2.0
import Essentials

extension ScanReport {
    /// The list of everything that was found, for programs: base64 of gzip of JSON.
    package struct Compact: Hashable, Sendable {
        /// Not decoded: few policies need it.
        package var data: String
        /// There was no room for the mildest findings.
        package var isTruncated: Bool

        package init(data: String, isTruncated: Bool = false) {
            self.data = data
            self.isTruncated = isTruncated
        }

        init?(json members: [String: JSONValue]) {
            guard let data = members["compact"]?.stringValue else { return nil }
            self.init(data: data, isTruncated: members["compactTruncated"]?.boolValue ?? false)
        }

        var members: [String: JSONValue] {
            var members: [String: JSONValue] = ["compact": .string(data)]
            if isTruncated { members["compactTruncated"] = true }
            return members
        }
    }

    /// What a rollout brought and ended: vulnerabilities of packages, whatever their versions.
    package struct Change: Hashable, Sendable {
        /// What the same workload ran before, of the same repository.
        package var previousDigest: String
        /// The worst first, as many as there is room for.
        package var introduced: [Entry]
        package var resolved: [Entry]
        /// All of them.
        package var totalIntroduced: Int
        package var totalResolved: Int

        package struct Entry: Hashable, Sendable {
            package var id: String
            package var package: String
            package var severity: SeverityName

            package init(id: String, package: String, severity: SeverityName) {
                self.id = id
                self.package = package
                self.severity = severity
            }
        }

        package init(
            previousDigest: String, introduced: [Entry], resolved: [Entry], totalIntroduced: Int, totalResolved: Int
        ) {
            self.previousDigest = previousDigest
            self.introduced = introduced
            self.resolved = resolved
            self.totalIntroduced = totalIntroduced
            self.totalResolved = totalResolved
        }
    }
}

extension ScanReport.Change {
    /// Nil when it does not say against what.
    init?(json: JSONValue) {
        guard let previous = json["previousDigest"]?.stringValue else { return nil }
        func entries(_ name: String) -> [Entry] { (json[name]?.arrayValue ?? []).compactMap(Entry.init(json:)) }
        // Never so large that sums could overflow.
        func count(_ name: String) -> Int { Int(max(0, min(json[name]?.integerValue ?? 0, 1 << 31))) }
        self.init(
            previousDigest: previous, introduced: entries("introduced"), resolved: entries("resolved"),
            totalIntroduced: count("totalIntroduced"), totalResolved: count("totalResolved"))
    }

    var json: JSONValue {
        [
            "previousDigest": .string(previousDigest), "introduced": .array(introduced.map(\.json)),
            "resolved": .array(resolved.map(\.json)), "totalIntroduced": .integer(Int64(totalIntroduced)),
            "totalResolved": .integer(Int64(totalResolved)),
        ]
    }
}

extension ScanReport.Change.Entry {
    init?(json: JSONValue) {
        guard let id = json["id"]?.stringValue, let package = json["package"]?.stringValue,
            let severity = json["severity"]?.stringValue.flatMap(SeverityName.init(rawValue:))
        else { return nil }
        self.init(id: id, package: package, severity: severity)
    }

    package var json: JSONValue {
        ["id": .string(id), "package": .string(package), "severity": .string(severity.rawValue)]
    }
}

extension ScanReport {
    /// The same without what stands one by one in it; counts stay.
    ///
    /// - Parameter keepsCompact: leave the list for programs.
    package func withoutLists(keepsCompact: Bool) -> ScanReport {
        var copy = ScanReport(
            metadata: metadata, image: image, scanner: scanner, scanTime: scanTime, summary: summary, details: [:],
            compact: keepsCompact ? compact : nil)
        copy.usedBy = usedBy
        copy.unusedSinceTime = unusedSinceTime
        copy.change = change
        return copy
    }
}
