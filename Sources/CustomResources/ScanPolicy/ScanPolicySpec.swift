// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What a ScanPolicy asks for. What is absent is nil; the defaults that apply are the `effective…` members.
package struct ScanPolicySpec: Hashable, Sendable, Codable {
    package var suspend: Bool?
    package var workloads: Workloads?
    package var images: [String]?
    package var excludeImages: [String]?
    package var scanners: [ScannerKind]?
    package var minimumSeverity: SeverityName?
    package var ignoreUnfixed: Bool?
    package var job: JobSettings?
    package var reports: Reports?

    package init() {}

    package struct Workloads: Hashable, Sendable, Codable {
        package var selector: LabelSelector?
        package var excludeKinds: [String]?
        package var namespaceSelector: LabelSelector?

        package init(
            selector: LabelSelector? = nil, excludeKinds: [String]? = nil, namespaceSelector: LabelSelector? = nil
        ) {
            self.selector = selector
            self.excludeKinds = excludeKinds
            self.namespaceSelector = namespaceSelector
        }
    }

    package struct JobSettings: Hashable, Sendable, Codable {
        package var placement: Placement?
        package var retries: Int?
        package var timeoutSeconds: Int?
        package var resources: ResourceRequirements?
        package var serviceAccountName: String?
        package var imagePullSecrets: [String]?
        package var nodeSelector: [String: String]?
        package var tolerations: [Toleration]?

        package init() {}
    }

    package struct Reports: Hashable, Sendable, Codable {
        package var maximumFindings: Int?
        package var retentionSeconds: Int64?

        package init(maximumFindings: Int? = nil, retentionSeconds: Int64? = nil) {
            self.maximumFindings = maximumFindings
            self.retentionSeconds = retentionSeconds
        }
    }
}

/// Where the Job of a scan runs, which decides whose credentials it has and where its result is valid.
package enum Placement: String, Sendable, Codable, CaseIterable {
    /// In the operator's namespace, without credentials; the result is valid everywhere.
    case `operator` = "Operator"
    /// In the workload's namespace, with its pull secrets; the result is valid there only.
    case workload = "Workload"
    /// With the workload where pull secrets are named, else with the operator.
    case auto = "Auto"
}

/// What to look for in an image.
package enum ScannerKind: String, Sendable, Codable, CaseIterable, Comparable {
    case imageConfiguration = "ImageConfiguration"
    case license = "License"
    case secret = "Secret"
    case vulnerability = "Vulnerability"

    package static func < (left: ScannerKind, right: ScannerKind) -> Bool { left.rawValue < right.rawValue }
}

/// A severity as the API writes it, the mildest first.
package enum SeverityName: String, Sendable, Codable, CaseIterable, Comparable {
    case unknown = "Unknown"
    case low = "Low"
    case medium = "Medium"
    case high = "High"
    case critical = "Critical"

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    package static func < (left: SeverityName, right: SeverityName) -> Bool { left.rank < right.rank }
}

extension ScanPolicySpec {
    package var isSuspended: Bool { suspend ?? false }
    package var effectiveScanners: Set<ScannerKind> { Set(scanners ?? [.vulnerability, .secret]) }
    package var effectiveMinimumSeverity: SeverityName { minimumSeverity ?? .unknown }
    package var effectivePlacement: Placement { job?.placement ?? .auto }
    /// Tries after the first one.
    package var effectiveRetries: Int { job?.retries ?? 3 }
    package var effectiveTimeoutSeconds: Int { job?.timeoutSeconds ?? 600 }
    package var effectiveMaximumFindings: Int { reports?.maximumFindings ?? 500 }
    package var effectiveRetention: Duration { .seconds(reports?.retentionSeconds ?? 604_800) }
}
