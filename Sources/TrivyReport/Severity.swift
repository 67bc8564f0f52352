// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// How bad a finding is, by Trivy's scale.
package enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
    case unknown = "Unknown"
    case low = "Low"
    case medium = "Medium"
    case high = "High"
    case critical = "Critical"

    /// From Trivy's form (`CRITICAL`); any other text is `unknown`.
    init(trivy text: String) {
        switch text {
        case "CRITICAL": self = .critical
        case "HIGH": self = .high
        case "MEDIUM": self = .medium
        case "LOW": self = .low
        default: self = .unknown
        }
    }

    private var rank: Int {
        switch self {
        case .unknown: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        case .critical: 4
        }
    }

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}

/// How many findings there are of each severity.
package struct SeverityCounts: Sendable, Hashable {
    package var critical = 0
    package var high = 0
    package var medium = 0
    package var low = 0
    package var unknown = 0

    package init(critical: Int = 0, high: Int = 0, medium: Int = 0, low: Int = 0, unknown: Int = 0) {
        self.critical = critical
        self.high = high
        self.medium = medium
        self.low = low
        self.unknown = unknown
    }

    package var total: Int { critical + high + medium + low + unknown }

    package subscript(severity: Severity) -> Int {
        get {
            switch severity {
            case .critical: critical
            case .high: high
            case .medium: medium
            case .low: low
            case .unknown: unknown
            }
        }
        set {
            switch severity {
            case .critical: critical = newValue
            case .high: high = newValue
            case .medium: medium = newValue
            case .low: low = newValue
            case .unknown: unknown = newValue
            }
        }
    }

    /// Members for the severities that occur.
    package var json: JSONValue {
        .object(
            Dictionary(
                Severity.allCases.filter { self[$0] != 0 }.map {
                    ($0.rawValue.lowercased(), .integer(Int64(self[$0])))
                },
                uniquingKeysWith: { $1 }))
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "critical": critical = try scanner.readCount()
            case "high": high = try scanner.readCount()
            case "medium": medium = try scanner.readCount()
            case "low": low = try scanner.readCount()
            case "unknown": unknown = try scanner.readCount()
            default: try scanner.skipValue()
            }
        }
    }

    /// Whether no severity has fewer than `other`.
    func covers(_ other: SeverityCounts) -> Bool { Severity.allCases.allSatisfy { self[$0] >= other[$0] } }
}

extension SeverityCounts {
    init(of severities: some Sequence<Severity>) {
        for severity in severities { self[severity] += 1 }
    }
}
