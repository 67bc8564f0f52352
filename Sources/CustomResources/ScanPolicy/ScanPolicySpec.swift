// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What a ScanPolicy asks for. What is absent is nil; the defaults that apply are the `effective…` members.
package struct ScanPolicySpec: Hashable, Sendable, Codable {
    package var suspend: Bool?
    /// Five-field cron; absent: images are scanned once, when they first run.
    package var schedule: String?
    /// IANA name; absent: UTC.
    package var timeZone: String?
    package var jitterSeconds: Int?
    package var onNewImage: Bool?
    package var workloads: Workloads?
    package var images: [String]?
    package var excludeImages: [String]?
    package var scanners: [ScannerKind]?
    package var minimumSeverity: SeverityName?
    package var ignoreUnfixed: Bool?
    package var suppressions: [Suppression]?
    package var vex: [VEXSource]?
    package var compliance: Compliance?
    package var job: JobSettings?
    package var reports: Reports?
    package var notify: Notify?

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

    /// A finding that this policy does not count, and why. It ends by itself.
    package struct Suppression: Hashable, Sendable, Codable {
        /// A CVE or GHSA, a secret's rule, a check's id or a licence's name; `*` and `?` as in a shell pattern.
        package var id: String
        package var package: String?
        package var image: String?
        package var reason: String
        package var expiresTime: Timestamp?

        package init(
            id: String, package: String? = nil, image: String? = nil, reason: String, expiresTime: Timestamp? = nil
        ) {
            self.id = id
            self.package = package
            self.image = image
            self.reason = reason
            self.expiresTime = expiresTime
        }
    }

    /// Where VEX documents (OpenVEX, CycloneDX) stand: a ConfigMap of the same namespace, one document a key.
    package struct VEXSource: Hashable, Sendable, Codable {
        package var configMap: String
        /// Absent: every key.
        package var key: String?

        package init(configMap: String, key: String? = nil) {
            self.configMap = configMap
            self.key = key
        }
    }

    /// How much may be found before the policy is breached. What is absent has no bound.
    package struct Compliance: Hashable, Sendable, Codable {
        package var maximumCritical: Int?
        package var maximumHigh: Int?
        package var maximumSecrets: Int?

        package init(maximumCritical: Int? = nil, maximumHigh: Int? = nil, maximumSecrets: Int? = nil) {
            self.maximumCritical = maximumCritical
            self.maximumHigh = maximumHigh
            self.maximumSecrets = maximumSecrets
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

    /// Whom to tell of what.
    package struct Notify: Hashable, Sendable, Codable {
        package var channels: [String]
        /// Absent: everything there is.
        package var events: [NoticeEvent]?
        package var minimumSeverity: SeverityName?
        package var onFirstScan: Bool?

        package init(
            channels: [String], events: [NoticeEvent]? = nil, minimumSeverity: SeverityName? = nil,
            onFirstScan: Bool? = nil
        ) {
            self.channels = channels
            self.events = events
            self.minimumSeverity = minimumSeverity
            self.onFirstScan = onFirstScan
        }

        package var effectiveEvents: Set<NoticeEvent> { Set(events ?? NoticeEvent.allCases) }
        package var effectiveMinimumSeverity: SeverityName { minimumSeverity ?? .critical }
        package var tellsFirstScans: Bool { onFirstScan ?? false }
    }

    /// What a policy can tell of.
    package enum NoticeEvent: String, Sendable, Codable, CaseIterable {
        case newCritical = "NewCritical"
        case newSecret = "NewSecret"
        case breach = "Breach"
        case scanFailed = "ScanFailed"

        /// For people: `3 new vulnerabilities`.
        package func phrase(_ count: Int) -> String {
            switch self {
            case .newCritical: Plural.of(count, "new vulnerability", "new vulnerabilities")
            case .newSecret: Plural.of(count, "new secret")
            case .breach: "more was found than spec.compliance allows"
            case .scanFailed: "\(Plural.of(count, "image")) cannot be scanned"
            }
        }
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
    /// Without a schedule the first sight of an image is the only reason to scan it.
    package var scansNewImages: Bool { schedule == nil || (onNewImage ?? true) }
    package var effectiveTimeZone: String { timeZone ?? "UTC" }
    /// Seconds.
    package var effectiveJitter: Int { jitterSeconds ?? 0 }
    package var effectiveScanners: Set<ScannerKind> { Set(scanners ?? [.vulnerability, .secret]) }
    package var effectiveMinimumSeverity: SeverityName { minimumSeverity ?? .unknown }
    package var effectivePlacement: Placement { job?.placement ?? .auto }
    /// Tries after the first one.
    package var effectiveRetries: Int { job?.retries ?? 3 }
    package var effectiveTimeoutSeconds: Int { job?.timeoutSeconds ?? 600 }
    package var effectiveMaximumFindings: Int { reports?.maximumFindings ?? 500 }
    package var effectiveRetention: Duration { .seconds(reports?.retentionSeconds ?? 604_800) }
}
