// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What was derived, with what it was derived from. All worlds of one store share it: a value is given out only where
/// everything that was read for it bears the same stamp, whichever world it was worked out in.
final class Memo: Sendable {
    private struct Entry: Sendable {
        var value: any Sendable
        var reads: Reads
        /// When it was last asked for.
        var round: Int
    }

    private struct State: Sendable {
        var entries: [AnyDerivation: Entry] = [:]
        /// Begins with every sweep.
        var round = 0
        var limit = smallest
        var computations: [ObjectIdentifier: Int] = [:]
    }

    /// So many entries are never swept.
    private static let smallest = 256
    private let state = Mutex(State())

    /// What is known of a derivation, if it holds in this world.
    func known<D: Derivation>(_ derivation: D, in world: World) -> (value: Derived<D.Value>, reads: Reads)? {
        let key = AnyDerivation(derivation: derivation)
        let entry = state.withLock { state -> Entry? in
            guard let index = state.entries.index(forKey: key) else { return nil }
            state.entries.values[index].round = state.round
            return state.entries.values[index]
        }
        guard let entry, let value = entry.value as? Derived<D.Value> else { return nil }
        switch entry.reads.standing(in: world) {
        case .outdated: return nil
        case .current: return (value, entry.reads)
        case .refreshed(let reads):
            // Somebody may have worked it out anew meanwhile, in another world; that value's reads are not these.
            state.withLock { state in
                let present = state.entries[key]?.value as? Derived<D.Value>
                if present?.stamp == value.stamp { state.entries[key]?.reads = reads }
            }
            return (value, reads)
        }
    }

    /// Keeps a value that was worked out; the same value as before keeps its stamp.
    func keep<D: Derivation>(_ value: D.Value, _ reads: Reads, of derivation: D) -> Derived<D.Value> {
        let key = AnyDerivation(derivation: derivation)
        var before = state.withLock { $0.entries[key]?.value as? Derived<D.Value> }
        while true {
            // Compared outside the lock, because values may be large; once more where somebody else was faster.
            let kept = if let before, before.value == value { before } else { Derived(value: value, stamp: Stamp()) }
            let isKept = state.withLock { state in
                let present = state.entries[key]?.value as? Derived<D.Value>
                guard present?.stamp == before?.stamp else {
                    before = present
                    return false
                }
                state.computations[ObjectIdentifier(D.self), default: 0] += 1
                if present == nil, state.entries.count >= state.limit { Self.sweep(&state) }
                state.entries[key] = Entry(value: kept, reads: reads, round: state.round)
                return true
            }
            if isKept { return kept }
        }
    }

    /// Drops what nobody has asked for since the last time.
    private static func sweep(_ state: inout State) {
        let round = state.round
        state.entries = state.entries.filter { $0.value.round == round }
        state.round += 1
        state.limit = max(smallest, 2 * state.entries.count)
    }

    /// How often derivations of a kind were worked out.
    func computations<D: Derivation>(of kind: D.Type) -> Int {
        state.withLock { $0.computations[ObjectIdentifier(kind)] ?? 0 }
    }

    /// How much is kept.
    var count: Int { state.withLock { $0.entries.count } }
}
