// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import TrivyReport

/// A vulnerability of a package, as far as rules look at it.
package struct FindingRecord: Hashable, Sendable {
    package var id: String
    package var package: String
    package var installed: String
    /// The versions without it; nil when there is none.
    package var fixed: String?
    package var severity: SeverityName
    /// The package's URL, version included; nil when the scanner gave none.
    package var purl: String?

    package init(
        id: String, package: String, installed: String, fixed: String? = nil, severity: SeverityName,
        purl: String? = nil
    ) {
        self.id = id
        self.package = package
        self.installed = installed
        self.fixed = fixed
        self.severity = severity
        self.purl = purl
    }
}

/// Secrets under one rule, uses of one licence, or failures of one check.
package struct CountedFinding: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case secret = "secrets"
        case license = "licenses"
        case misconfiguration = "misconfigurations"
    }

    package var kind: Kind
    /// The rule, the licence's name, the check's id.
    package var id: String
    /// The package that has the licence, where it is the only one.
    package var package: String?
    package var count: Int

    package init(kind: Kind, id: String, package: String? = nil, count: Int) {
        self.kind = kind
        self.id = id
        self.package = package
        self.count = count
    }
}

/// What was found in one image, one by one.
package struct FindingRecords: Hashable, Sendable {
    /// The worst first as far as they were cut, else in any order.
    package var vulnerabilities: [FindingRecord] = []
    package var others: [CountedFinding] = []
    /// False when more was found than stands here; what is missing is no worse than the mildest that is not.
    package var isComplete = true

    package init() {}

    package init(_ result: ScanResult) {
        vulnerabilities = result.findings.map {
            FindingRecord(
                id: $0.id, package: $0.package, installed: $0.installed, fixed: $0.fixed,
                severity: SeverityName(rawValue: $0.severity.rawValue) ?? .unknown, purl: $0.purl)
        }
        let secrets = Dictionary(grouping: result.secrets, by: \.rule).sorted { $0.key < $1.key }
        others = secrets.map { CountedFinding(kind: .secret, id: $0.key, count: $0.value.count) }
        others += result.licenses.map {
            CountedFinding(kind: .license, id: $0.name, package: $0.uses == 1 ? $0.package : nil, count: $0.uses)
        }
        let checks = Dictionary(grouping: result.misconfigurations, by: \.id).sorted { $0.key < $1.key }
        others += checks.map { CountedFinding(kind: .misconfiguration, id: $0.key, count: $0.value.count) }
        isComplete = result.findings.count == result.totalFindings
    }

    /// What a report tells one by one: the compact list, or where that is missing or spoiled, the lists for people; nil when
    /// there is neither.
    package init?(of report: ScanReport) {
        if let compact = report.compact {
            do throws(CompactFormError) {
                self = try CompactForm.decode(compact.data)
                if compact.isTruncated { isComplete = false }
                return
            } catch {
                // Somebody spoiled it: what people read may still be whole.
            }
        }
        self.init(listedIn: report.listed)
    }

    private init?(listedIn lists: [String: JSONValue]) {
        guard let findings = lists["findings"]?.arrayValue else { return nil }
        vulnerabilities = findings.compactMap { finding in
            guard let id = finding["id"]?.stringValue, let package = finding["package"]?.stringValue else { return nil }
            return FindingRecord(
                id: id, package: package, installed: finding["installed"]?.stringValue ?? "",
                fixed: finding["fixed"]?.stringValue,
                severity: finding["severity"]?.stringValue.flatMap(SeverityName.init(rawValue:)) ?? .unknown)
        }
        func count(_ kind: CountedFinding.Kind, _ name: String) {
            for entry in lists[kind.rawValue]?.arrayValue ?? [] {
                guard let id = entry[name]?.stringValue else { continue }
                let uses = Int(max(1, min(entry["uses"]?.integerValue ?? 1, 1 << 31)))
                let package = uses == 1 ? entry["package"]?.stringValue : nil
                others.append(CountedFinding(kind: kind, id: id, package: package, count: uses))
            }
        }
        count(.secret, "rule")
        count(.license, "name")
        count(.misconfiguration, "id")
        isComplete = lists["totalFindings"]?.integerValue == Int64(vulnerabilities.count)
    }
}
