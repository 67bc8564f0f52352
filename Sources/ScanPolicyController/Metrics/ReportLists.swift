// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Exposition
import JSONScan

/// What a report counts of secrets and failed checks, by kind. What its lists leave away counts as `UNLISTED`, so that sums are
/// always those of the summary.
struct ReportLists {
    /// By rule.
    private(set) var secrets: [String: Int] = [:]
    /// By severity, in upper case.
    private(set) var misconfigurations: [String: Int] = [:]

    static let unlisted = "UNLISTED"
    /// A report is data from outside: it does not decide how many series there are.
    static let maximumKinds = 100

    init(_ report: ScanReport) {
        let summary = report.summary
        if summary.secrets > 0 || summary.misconfigurations > 0 {
            do throws(JSONError) {
                try read(report.details)
            } catch {
                // What cannot be read is not listed.
                (secrets, misconfigurations) = ([:], [:])
            }
        }
        secrets = Self.complete(secrets, total: summary.secrets)
        misconfigurations = Self.complete(misconfigurations, total: summary.misconfigurations)
    }

    private mutating func read(_ details: [UInt8]) throws(JSONError) {
        var scanner = JSONScanner(details)
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "secrets": try Self.count("rule", in: &scanner, into: &secrets) { $0 }
            case "misconfigurations":
                try Self.count("severity", in: &scanner, into: &misconfigurations) { $0.uppercased() }
            default: try scanner.skipValue()
            }
        }
    }

    private static func count(
        _ member: String, in scanner: inout JSONScanner, into counts: inout [String: Int],
        name: (String) -> String
    ) throws(JSONError) {
        try scanner.readArray { (scanner) throws(JSONError) in
            var value = ""
            try scanner.readObject { (key, scanner) throws(JSONError) in
                if key.string == member {
                    value = try scanner.readOptionalString() ?? ""
                } else {
                    try scanner.skipValue()
                }
            }
            counts[LabelValue.clean(name(value)), default: 0] += 1
        }
    }

    /// As many kinds as may be, the most frequent first; the rest of the total is not listed.
    private static func complete(_ counts: [String: Int], total: Int) -> [String: Int] {
        let kept = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(maximumKinds)
        var result = Dictionary(kept.map { ($0.key, $0.value) }, uniquingKeysWith: +)
        let rest = total - result.values.reduce(0, +)
        if rest > 0 { result[unlisted, default: 0] += rest }
        return result
    }
}
