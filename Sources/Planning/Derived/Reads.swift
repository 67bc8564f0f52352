// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What was read of a world, by the stamps it bore then.
struct Reads: Sendable {
    /// What was read of one kind.
    struct Kind: Sendable {
        let kind: ObjectIdentifier
        /// Of the whole kind: while it is the same, no part needs to be looked at.
        var stamp: Stamp
        /// All of the kind was read.
        var isWhole = false
        var parts: [String: Stamp] = [:]
    }

    private(set) var configuration: Stamp
    private(set) var kinds: [Kind] = []
    /// Of all facts together.
    private(set) var factsStamp: Stamp
    private(set) var facts: [AnyQuestion: Stamp] = [:]
    private(set) var derived: [(derivation: any Derivation, stamp: Stamp)] = []

    init(configuration: Stamp, facts: Stamp) {
        self.configuration = configuration
        factsStamp = facts
    }

    /// A part of a kind was read, all of it when `part` is nil.
    mutating func note(_ kind: ObjectIdentifier, _ part: String?, of parts: some StampedParts) {
        let index = index(of: kind, stamp: parts.stamp)
        guard let part else {
            kinds[index].isWhole = true
            return
        }
        if kinds[index].parts[part] == nil { kinds[index].parts[part] = parts.stamp(of: part) }
    }

    mutating func note(_ question: AnyQuestion, _ stamp: Stamp) { facts[question] = stamp }

    /// Another derived value was used.
    mutating func note(_ derivation: any Derivation, _ stamp: Stamp) { derived.append((derivation, stamp)) }

    /// True when nothing was read at all: the value holds in every world.
    var isEmpty: Bool { kinds.isEmpty && facts.isEmpty && derived.isEmpty }

    private mutating func index(of kind: ObjectIdentifier, stamp: Stamp) -> Int {
        if let index = kinds.firstIndex(where: { $0.kind == kind }) { return index }
        kinds.append(Kind(kind: kind, stamp: stamp))
        return kinds.count - 1
    }

    /// How what was read stands in a world.
    enum Standing {
        case current
        /// The same content, but the world has changed elsewhere: these reads say so faster the next time.
        case refreshed(Reads)
        case outdated
    }

    /// With fewer parts to compare, it is not worth the while to write refreshed reads down.
    private static let refreshLimit = 4

    func standing(in world: World) -> Standing {
        guard configuration == world.configurationStamp else { return .outdated }
        var refreshed: Reads?
        for (index, read) in kinds.enumerated() {
            let stamp = world.stamp(of: read.kind)
            if read.stamp == stamp { continue }
            guard !read.isWhole, world.holds(read.parts, of: read.kind) else { return .outdated }
            if read.parts.count > Self.refreshLimit {
                var copy = refreshed ?? self
                copy.kinds[index].stamp = stamp
                refreshed = copy
            }
        }
        if factsStamp != world.factsStamp, !facts.isEmpty {
            guard facts.allSatisfy({ world.stamp(of: $0.key) == $0.value }) else { return .outdated }
            var copy = refreshed ?? self
            copy.factsStamp = world.factsStamp
            refreshed = copy
        }
        // Last, because it may mean working them out; where they come to the same as before, so does this.
        guard derived.allSatisfy({ $0.derivation.stamp(in: world) == $0.stamp }) else { return .outdated }
        return refreshed.map(Standing.refreshed) ?? .current
    }
}

extension Derivation {
    fileprivate func stamp(in world: World) -> Stamp { world.derived(self).stamp }
}

/// Writes down what is read of one world while something is derived from it.
final class ReadRecord: Sendable {
    private let state: Mutex<Reads>

    init(of world: World) { state = Mutex(Reads(configuration: world.configurationStamp, facts: world.factsStamp)) }

    var reads: Reads { state.withLock { $0 } }

    func note(_ kind: ObjectIdentifier, _ part: String?, of parts: some StampedParts) {
        state.withLock { $0.note(kind, part, of: parts) }
    }

    func note(_ question: AnyQuestion, _ stamp: Stamp) { state.withLock { $0.note(question, stamp) } }

    func note(_ derivation: any Derivation, _ stamp: Stamp) { state.withLock { $0.note(derivation, stamp) } }
}
