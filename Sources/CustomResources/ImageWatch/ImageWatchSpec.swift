// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What an ImageWatch asks for. What is absent is nil; the defaults that apply are the `effective…` members.
package struct ImageWatchSpec: Hashable, Sendable, Codable {
    package var suspend: Bool?
    package var intervalSeconds: Int64?
    /// Five-field cron, in place of the interval.
    package var schedule: String?
    /// IANA name; absent: UTC.
    package var timeZone: String?
    package var jitterSeconds: Int?
    package var images: [Image]?
    package var workloads: Workloads?
    package var policy: Policy?
    package var maximumTags: Int?
    package var minimumAgeSeconds: Int64?
    package var requirePlatforms: Bool?
    package var credentials: Credentials?
    package var qualification: Qualification?
    package var criticality: Criticality?
    package var notify: Notify?

    package init() {}

    /// An image that is watched although no Pod may run it.
    package struct Image: Hashable, Sendable, Codable {
        package var image: String
        package var policy: Policy?

        package init(image: String, policy: Policy? = nil) {
            self.image = image
            self.policy = policy
        }
    }

    /// The Pods whose images are watched.
    package struct Workloads: Hashable, Sendable, Codable {
        package var selector: LabelSelector?
        package var namespaceSelector: LabelSelector?
        /// Only Pods whose annotations ask for it.
        package var onlyAnnotated: Bool?

        package init(
            selector: LabelSelector? = nil, namespaceSelector: LabelSelector? = nil, onlyAnnotated: Bool? = nil
        ) {
            self.selector = selector
            self.namespaceSelector = namespaceSelector
            self.onlyAnnotated = onlyAnnotated
        }
    }

    /// As whom registries are asked.
    package struct Credentials: Hashable, Sendable, Codable {
        package var secretRef: SecretReference?
        package var pullSecrets: PullSecrets?

        package init(secretRef: SecretReference? = nil, pullSecrets: PullSecrets? = nil) {
            self.secretRef = secretRef
            self.pullSecrets = pullSecrets
        }
    }

    /// A Secret of the watch's own namespace.
    package struct SecretReference: Hashable, Sendable, Codable {
        package var name: String

        package init(name: String) { self.name = name }
    }

    /// By which policy newer versions are scanned.
    package struct Qualification: Hashable, Sendable, Codable {
        package var scanPolicyRef: PolicyReference

        package init(scanPolicyRef: PolicyReference) { self.scanPolicyRef = scanPolicyRef }
    }

    /// A ScanPolicy of the watch's own namespace.
    package struct PolicyReference: Hashable, Sendable, Codable {
        package var name: String

        package init(name: String) { self.name = name }
    }

    /// Whether the pull secrets of the Pods that are watched are used.
    package enum PullSecrets: String, Sendable, Codable, CaseIterable {
        case never = "Never"
        case auto = "Auto"
    }

    /// Which tags are candidates, and which of two is the newer.
    package struct Policy: Hashable, Sendable, Codable {
        package var type: PolicyType?
        package var range: String?
        package var tags: Tags?

        package init(type: PolicyType? = nil, range: String? = nil, tags: Tags? = nil) {
            self.type = type
            self.range = range
            self.tags = tags
        }
    }

    /// Patterns (RE2) over tags.
    package struct Tags: Hashable, Sendable, Codable {
        package var include: [String]?
        package var exclude: [String]?
        package var extract: String?

        package init(include: [String]? = nil, exclude: [String]? = nil, extract: String? = nil) {
            self.include = include
            self.exclude = exclude
            self.extract = extract
        }
    }

    package enum PolicyType: String, Sendable, Codable, CaseIterable {
        case semVer = "SemVer"
        case calVer = "CalVer"
        case numerical = "Numerical"
        case alphabetical = "Alphabetical"
        case digest = "Digest"
    }

    package enum Criticality: String, Sendable, Codable, CaseIterable {
        case critical = "Critical"
        case normal = "Normal"
    }

    /// Whom to tell of what.
    package struct Notify: Hashable, Sendable, Codable {
        package var channels: [String]
        /// Absent: everything there is.
        package var events: [NoticeEvent]?
        package var onFirstSight: Bool?

        package init(channels: [String], events: [NoticeEvent]? = nil, onFirstSight: Bool? = nil) {
            self.channels = channels
            self.events = events
            self.onFirstSight = onFirstSight
        }

        package var effectiveEvents: Set<NoticeEvent> { Set(events ?? NoticeEvent.allCases) }
        package var tellsFirstSight: Bool { onFirstSight ?? false }
    }

    /// What a watch can tell of.
    package enum NoticeEvent: String, Sendable, Codable, CaseIterable {
        case newVersion = "NewVersion"
        case digestChanged = "DigestChanged"
        case tagMoved = "TagMoved"
        case withdrawn = "Withdrawn"
        case checkFailed = "CheckFailed"

        /// For people: `2 images have a newer version`.
        package func phrase(_ count: Int) -> String {
            let images = Plural.of(count, "image")
            let have = Plural.verb(count, "has", "have")
            return switch self {
            case .newVersion: "\(images) \(have) a newer version"
            case .digestChanged: "\(images) \(have) new content under the same tag"
            case .tagMoved:
                "the \(Plural.verb(count, "tag of 1 image names", "tags of \(count) images name")) other content than what runs"
            case .withdrawn:
                "the \(Plural.verb(count, "tag of 1 image is", "tags of \(count) images are")) gone from the registry"
            case .checkFailed: "\(images) cannot be compared with the registry"
            }
        }
    }

    package var isSuspended: Bool { suspend ?? false }
    package var effectiveInterval: Duration { .seconds(intervalSeconds ?? 21_600) }
    package var effectiveMaximumTags: Int { maximumTags ?? 20_000 }
    package var effectiveMinimumAge: Duration { .seconds(minimumAgeSeconds ?? 0) }
    package var requiresPlatforms: Bool { requirePlatforms ?? true }
}
