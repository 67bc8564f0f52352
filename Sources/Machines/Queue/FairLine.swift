// SPDX-License-Identifier: Apache-2.0
import DequeModule
import Essentials

/// Keys that may run now, one line a group; the groups take turns. O(1) an operation, amortised.
struct FairLine<Key: WorkKey>: Sendable {
    private struct Place {
        var key: Key
        var ticket: UInt64
    }

    private struct Holder {
        var ticket: UInt64
        var since: Instant
    }

    private var lines: [String: Deque<Place>] = [:]
    /// Groups with a line, in the order of their turns.
    private var turns: Deque<String> = []
    /// The keys that really stand in a line. A place whose ticket is not its key's was given up.
    private var holders: [Key: Holder] = [:]
    private var tickets: UInt64 = 0
    /// Places that were given up and are still in a line.
    private var abandoned = 0

    var count: Int { holders.count }
    var isEmpty: Bool { holders.isEmpty }

    /// When the longest waiting key came. O(number of keys): for metrics.
    var oldest: Instant? { holders.values.lazy.map(\.since).min() }

    /// Puts a key that does not stand here at the end of its group's line.
    mutating func append(_ key: Key, since: Instant) {
        tickets += 1
        holders[key] = Holder(ticket: tickets, since: since)
        if lines[key.group] == nil { turns.append(key.group) }
        lines[key.group, default: []].append(Place(key: key, ticket: tickets))
    }

    /// Takes the key out of its line; returns since when it stood there.
    mutating func remove(_ key: Key) -> Instant? {
        guard let holder = holders.removeValue(forKey: key) else { return nil }
        // Its place stays until it is met; when most places are such, all are swept out at once.
        abandoned += 1
        if abandoned > holders.count + 64 { sweep() }
        return holder.since
    }

    /// The key whose turn it is, and since when it stands here.
    mutating func next() -> (key: Key, since: Instant)? {
        while let group = turns.first {
            while let place = lines[group]?.first {
                if let holder = holders[place.key], holder.ticket == place.ticket { return (place.key, holder.since) }
                lines[group]?.removeFirst()
                abandoned -= 1
            }
            lines[group] = nil
            turns.removeFirst()
        }
        return nil
    }

    /// Takes the key whose turn it is; then it is another group's turn.
    mutating func popNext() -> Key? {
        guard let (key, _) = next(), let group = turns.popFirst() else { return nil }
        holders[key] = nil
        lines[group]?.removeFirst()
        if lines[group]?.isEmpty == true { lines[group] = nil } else { turns.append(group) }
        return key
    }

    private mutating func sweep() {
        abandoned = 0
        lines = lines.compactMapValues { line in
            let kept = Deque(line.filter { holders[$0.key]?.ticket == $0.ticket })
            return kept.isEmpty ? nil : kept
        }
        turns.removeAll { lines[$0] == nil }
    }
}
