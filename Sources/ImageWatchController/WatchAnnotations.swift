// SPDX-License-Identifier: Apache-2.0
import CustomResources
import OCIModel

/// How a Pod's annotations want its images watched: ours, else Diun's with Diun's meaning, else the watch's own policy.
///
/// | annotation | meaning |
/// |---|---|
/// | `watchbill.dev/watch`, `diun.enable` | `false` leaves the Pod out, `true` takes it in where only annotated ones are watched |
/// | `watchbill.dev/tag-policy` | `SemVer`, `CalVer`, `Numerical`, `Alphabetical`, `Digest` |
/// | `watchbill.dev/tag-range` | a range of semantic versions |
/// | `watchbill.dev/tag-include`, `-exclude` | patterns, one a line |
/// | `watchbill.dev/tag-extract` | a pattern |
/// | `diun.watch_repo` | `false`: only new content of the tag, as `Digest`; `true`: other tags too, where the watch has `Digest` |
/// | `diun.sort_tags` | where other tags count, `semver`: as `SemVer`; `lexicographical`: as `Alphabetical` |
/// | `diun.include_tags`, `diun.exclude_tags` | patterns, separated by `;` |
/// | `diun.platform` | the platform that counts, instead of the nodes' |
///
/// Diun's other annotations say nothing about what is newer.
struct WatchAnnotations {
    private(set) var isWatched: Bool
    private(set) var policy: TagPolicy
    private(set) var mayFallBack: Bool
    private(set) var platform: Platform?
    private(set) var problem: String?

    static let prefix = "watchbill.dev/"

    /// True for an annotation that may say how to watch.
    static func isRead(_ annotation: (key: String, value: String)) -> Bool {
        annotation.key.hasPrefix(prefix) || annotation.key.hasPrefix("diun.")
    }

    /// - Parameters:
    ///   - policy: the watch's own, ready to be used.
    ///   - isWatched: what holds for a Pod that says nothing.
    init(
        _ annotations: [String: String], _ base: ImageWatchSpec.Policy?, _ policy: TagPolicy, isWatched: Bool = true
    ) {
        self.isWatched = isWatched
        var written = base ?? ImageWatchSpec.Policy()
        self.policy = policy
        mayFallBack = written.type == nil
        guard annotations.keys.contains(where: { $0.hasPrefix(Self.prefix) || $0.hasPrefix("diun.") }) else { return }
        for name in ["diun.enable", Self.prefix + "watch"] {
            guard let text = annotations[name] else { continue }
            guard let value = Self.bool(text) else {
                problem = problem ?? "\(name): write true or false"
                continue
            }
            self.isWatched = value
        }
        readDiun(annotations, &written)
        let place = readOwn(annotations, &written)
        if let text = annotations["diun.platform"] {
            platform = Platform(text)
            if platform == nil { problem = problem ?? "diun.platform: is no platform; write for example linux/arm64" }
        }
        if written != base { finish(written, place) }
    }

    private mutating func readDiun(_ annotations: [String: String], _ written: inout ImageWatchSpec.Policy) {
        let asked = annotations["diun.watch_repo"].map(Self.bool)
        if case .some(nil) = asked { problem = problem ?? "diun.watch_repo: write true or false" }
        let looksAtOthers = (asked ?? nil) ?? (written.type != .digest)
        if looksAtOthers, written.type == .digest { written.type = nil }
        switch annotations["diun.sort_tags"] {
        case nil, "", "default", "reverse": break
        case "semver": if looksAtOthers { written.type = .semVer }
        case "lexicographical": if looksAtOthers { setType(.alphabetical, &written) }
        default: problem = problem ?? "diun.sort_tags: write default, reverse, lexicographical or semver"
        }
        if !looksAtOthers { setType(.digest, &written) }
        func patterns(_ name: String) -> [String]? {
            annotations[name].map { $0.split(separator: ";").map(String.init) }
        }
        if let include = patterns("diun.include_tags") {
            written.tags = Self.with(written.tags) { $0.include = include }
        }
        if let exclude = patterns("diun.exclude_tags") {
            written.tags = Self.with(written.tags) { $0.exclude = exclude }
        }
    }

    /// Our own annotations; returns which of them decided the order, for messages.
    private mutating func readOwn(_ annotations: [String: String], _ written: inout ImageWatchSpec.Policy) -> String? {
        var place: String?
        func value(_ name: String) -> String? { annotations[Self.prefix + name].map { String($0.prefix(4_096)) } }
        if let text = value("tag-policy") {
            place = Self.prefix + "tag-policy"
            guard let type = ImageWatchSpec.PolicyType(rawValue: text) else {
                problem = problem ?? "\(Self.prefix)tag-policy: write \(TagPolicy.Order.types.joined(separator: ", "))"
                return place
            }
            setType(type, &written)
        }
        if let range = value("tag-range") {
            place = Self.prefix + "tag-range"
            written.range = range
        }
        func lines(_ text: String) -> [String] { text.split(whereSeparator: \.isNewline).map(String.init) }
        if let text = value("tag-include") { written.tags = Self.with(written.tags) { $0.include = lines(text) } }
        if let text = value("tag-exclude") { written.tags = Self.with(written.tags) { $0.exclude = lines(text) } }
        if let text = value("tag-extract") { written.tags = Self.with(written.tags) { $0.extract = text } }
        return place
    }

    /// Another order than the watch's has no use for its range.
    private func setType(_ type: ImageWatchSpec.PolicyType, _ written: inout ImageWatchSpec.Policy) {
        written.type = type
        if type != .semVer { written.range = nil }
    }

    private mutating func finish(_ written: ImageWatchSpec.Policy, _ place: String?) {
        mayFallBack = written.type == nil
        do throws(TagPolicyError) {
            let policy = try TagPolicy(written)
            _ = try TagSelector(policy)
            self.policy = policy
        } catch {
            problem = problem ?? "\(place ?? "the Pod's annotations"): \(error)"
        }
    }

    private static func with(_ tags: ImageWatchSpec.Tags?, _ change: (inout ImageWatchSpec.Tags) -> Void)
        -> ImageWatchSpec.Tags
    {
        var tags = tags ?? ImageWatchSpec.Tags()
        change(&tags)
        return tags
    }

    /// What Go's `ParseBool` takes, as Diun does.
    private static func bool(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}
