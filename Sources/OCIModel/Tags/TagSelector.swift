// SPDX-License-Identifier: Apache-2.0

/// A policy that is ready to be used: its patterns are compiled.
///
/// The order is total, and the same tags give the same answer in whatever sequence they come:
/// 1. the version, as the policy's order compares it;
/// 2. the tag written like the one that runs (`v` or not, as many numbers);
/// 3. the one with more numbers (`2.0.0` before `2`), then the one without `v`;
/// 4. the tag's bytes, the greater first.
package struct TagSelector {
    let policy: TagPolicy
    private let include: [TagPattern]
    private let exclude: [TagPattern]
    private let extract: TagPattern?

    package init(_ policy: TagPolicy) throws(TagPolicyError) {
        self.policy = policy
        include = try Self.compile(policy.include, "tags.include")
        exclude = try Self.compile(policy.exclude, "tags.exclude")
        extract = try policy.extract.map { (text) throws(TagPolicyError) in try Self.compile(text, "tags.extract") }
    }

    private static func compile(_ texts: [String], _ path: String) throws(TagPolicyError) -> [TagPattern] {
        guard texts.count <= TagPolicy.patternLimit else {
            throw TagPolicyError(path, "holds more than \(TagPolicy.patternLimit) patterns; join some with |")
        }
        var patterns: [TagPattern] = []
        for (index, text) in texts.enumerated() { patterns.append(try compile(text, "\(path)[\(index)]")) }
        return patterns
    }

    private static func compile(_ text: String, _ path: String) throws(TagPolicyError) -> TagPattern {
        do throws(TagPattern.Problem) {
            return try TagPattern(text)
        } catch {
            throw TagPolicyError(path, text, error.explanation)
        }
    }

    /// The best candidates among a repository's tags, as they come, good and bad.
    ///
    /// - Parameters:
    ///   - running: the tag of what runs. What is not newer than it is no candidate.
    ///   - limit: how many of the best are given.
    package func select(from tags: some Sequence<String>, running: String?, limit: Int = 5) -> TagSelection {
        var selection = TagSelection()
        let current = running.map { version(of: $0) }
        if case .failure(let rejection)? = current { selection.obstacle = rejection }
        let place = Place(running: current, order: policy.order)
        var best: [Candidate] = []
        // A registry that lists a tag twice has it once.
        for tag in Set(tags) {
            let candidate: Candidate
            switch self.candidate(tag, place) {
            case .success(let found): candidate = found
            case .failure(let rejection):
                selection.rejected[rejection, default: 0] += 1
                continue
            }
            selection.acceptable += 1
            if let version = place.version {
                if place.compare(candidate.version, version) == .greater {
                    selection.newer += 1
                } else if tag != running {
                    selection.rejected[.notNewer, default: 0] += 1
                }
            }
            let index = best.firstIndex { place.isBetter(candidate, than: $0) } ?? best.endIndex
            guard index < limit else { continue }
            best.insert(candidate, at: index)
            if best.count > limit { best.removeLast() }
        }
        selection.ranked = best.map(\.tag)
        if let first = best.first {
            selection.ties = best.dropFirst().prefix { place.compare($0.version, first.version) == .same }.map(\.tag)
        }
        return selection
    }

    private func candidate(_ tag: String, _ place: Place) -> Result<Candidate, TagRejection> {
        guard ImageReference.isTag(tag) else { return .failure(.notATag) }
        let bytes = Array(tag.utf8)[...]
        if Self.isArtifact(bytes) { return .failure(.artifact) }
        if exclude.contains(where: { $0.matches(bytes) }) { return .failure(.excluded) }
        guard include.isEmpty || include.contains(where: { $0.matches(bytes) }) else { return .failure(.notIncluded) }
        switch version(of: bytes) {
        case .failure(let rejection): return .failure(rejection)
        case .success(let version):
            if let rejection = place.rejection(of: version) { return .failure(rejection) }
            return .success(Candidate(tag: tag, bytes: bytes, version: version))
        }
    }

    private func version(of tag: String) -> Result<TagVersion, TagRejection> { version(of: Array(tag.utf8)[...]) }

    private func version(of tag: ArraySlice<UInt8>) -> Result<TagVersion, TagRejection> {
        var text = tag
        if let extract {
            guard let found = extract.extract(tag) else { return .failure(.notExtracted) }
            text = found
        }
        guard let version = TagVersion(text, policy.order) else { return .failure(.notAVersion) }
        return .success(version)
    }

    /// `sha256-<64 digits>`, alone or with what cosign and others put behind it.
    static func isArtifact(_ tag: ArraySlice<UInt8>) -> Bool {
        let prefix = Array("sha256-".utf8)
        guard tag.starts(with: prefix) else { return false }
        let hex = tag.dropFirst(prefix.count)
        return hex.count >= 64 && hex.prefix(64).allSatisfy(\.isLowerHex)
            && (hex.count == 64 || hex.dropFirst(64).first == UInt8(ascii: "."))
    }
}

extension TagRejection: Error {}

/// A tag that the policy accepts.
private struct Candidate {
    var tag: String
    var bytes: ArraySlice<UInt8>
    var version: TagVersion
}

/// What candidates are measured by: the version that runs, and the range.
private struct Place {
    /// Nil where nothing runs or what runs cannot be compared.
    var version: TagVersion?
    var range: VersionRange?

    init(running: Result<TagVersion, TagRejection>?, order: TagPolicy.Order) {
        if case .success(let running)? = running { version = running }
        if case .semanticVersion(let range) = order { self.range = range }
    }

    /// What runs is of a flavour, and so are all candidates.
    private var flavour: VersionSuffix? { version.flatMap { $0.suffix.kind == .flavour ? $0.suffix : nil } }

    func compare(_ left: TagVersion, _ right: TagVersion) -> Ordering {
        TagVersion.compare(left, right, ofOneFlavour: flavour != nil)
    }

    func rejection(of candidate: TagVersion) -> TagRejection? {
        // One number alone is a build's or a date more often than a version, unless what runs is written so, too.
        if case .semantic(let candidate) = candidate, candidate.spelling.parts == 1, version?.spelling?.parts != 1 {
            return .notAVersion
        }
        if let flavour {
            guard VersionSuffix.flavourOrder(candidate.suffix, flavour) != nil else { return .otherFlavour }
            guard case .semantic(let version) = candidate, let range else { return nil }
            return range.membership(of: version.release) == .inside ? nil : .outOfRange
        }
        let apart: TagRejection? =
            candidate.suffix.kind == .flavour ? .otherFlavour : isOnTheWay(candidate) ? nil : .preRelease
        guard case .semantic(let version) = candidate, let range else {
            return candidate.suffix.kind == .none ? nil : apart
        }
        return switch range.membership(of: version) {
        case .inside: nil
        case .outside: .outOfRange
        case .preRelease: apart
        }
    }

    /// Who runs `2.0.0-rc.1` waits for `2.0.0-rc.2` as much as for `2.0.0`: pre-releases of the very version that runs count.
    private func isOnTheWay(_ candidate: TagVersion) -> Bool {
        guard candidate.suffix.kind == .preRelease, let version, version.suffix.kind == .preRelease else {
            return false
        }
        return switch (candidate, version) {
        case (.semantic(let one), .semantic(let other)): SemanticVersion.compareNumbers(one, other) == .same
        case (.calendar(let one), .calendar(let other)): CalendarVersion.compareNumbers(one, other) == .same
        default: false
        }
    }

    func isBetter(_ left: Candidate, than right: Candidate) -> Bool {
        let like = version?.spelling
        let ordering = compare(left.version, right.version)
            .then(Ordering(likeness(left, to: like), likeness(right, to: like)))
            .then(Ordering(left.version.spelling?.parts ?? 0, right.version.spelling?.parts ?? 0))
            .then(
                Ordering(
                    left.version.spelling?.hasPrefix == true ? 0 : 1, right.version.spelling?.hasPrefix == true ? 0 : 1)
            )
            .then(Ordering(bytes: left.bytes, right.bytes))
        return ordering == .greater
    }

    private func likeness(_ candidate: Candidate, to spelling: VersionSpelling?) -> Int {
        guard let spelling, let own = candidate.version.spelling else { return 0 }
        return (own.parts == spelling.parts ? 1 : 0) + (own.hasPrefix == spelling.hasPrefix ? 1 : 0)
    }
}

extension TagSelector {
    /// Whether a tag looks like one that is never given to other content: a version with all its numbers, or a date with its day.
    package static func looksImmutable(_ tag: String) -> Bool {
        let text = Array(tag.utf8)[...]
        return SemanticVersion(text)?.spelling.parts == 3 || (CalendarVersion(text)?.spelling.parts ?? 0) >= 3
    }
}
