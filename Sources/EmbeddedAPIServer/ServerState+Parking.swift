// SPDX-License-Identifier: Apache-2.0
import Essentials

extension ServerState {
    /// Wakes the watches for which the changes since the last call hold something.
    mutating func wakeWatches() {
        let changes = store.changes(after: examinedRevision)
        if let journal = options.journal, !changes.isEmpty {
            isJournalled = journal(changes.map(StoredObject.init))
        }
        let fresh = Set(changes.map(\.table))
        examinedRevision = store.revision
        store.trim()
        for (id, watch) in inOrder where fresh.contains(watch.served.table) && !isHeld(watch) { wake(id) }
    }

    /// Wakes every watch, so that each looks for itself: after a hold has ended, or the past was forgotten.
    mutating func wakeAllWatches() {
        examinedRevision = store.revision
        for (id, _) in inOrder { wake(id) }
    }

    /// The order in which watches are woken is the order in which they were opened, in every run.
    private var inOrder: [(id: Int, watch: Watch)] {
        watches.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private mutating func wake(_ id: Int) { parking.waiting.removeValue(forKey: id)?.resume() }

    /// Wakes watches and hanging requests whose time has come.
    mutating func wakeDue(_ now: Timestamp) {
        for id in parking.waiting.keys.sorted() {
            let due = watches[id]?.nextDeadline ?? parking.deadlines[id]
            if let due, due <= now { parking.waiting.removeValue(forKey: id)?.resume() }
        }
    }

    var nextDeadline: Timestamp? {
        let times = parking.waiting.keys.compactMap { watches[$0]?.nextDeadline ?? parking.deadlines[$0] }
        return times.min()
    }

    /// Every open watch waits, and none of them was just woken.
    func isIdle(_ now: Timestamp) -> Bool {
        watches.allSatisfy { id, watch in watch.hasEnded || parking.waiting[id] != nil }
    }

    /// Tells those who wait for rest, if it is there.
    mutating func reportIdle(_ now: Timestamp) {
        guard !parking.idleWaiters.isEmpty, isIdle(now) else { return }
        let waiters = parking.idleWaiters
        parking.idleWaiters = []
        for waiter in waiters { waiter.resume() }
    }

    /// The watch is closed by its reader.
    mutating func close(_ id: Int, _ now: Timestamp) {
        watches[id] = nil
        parking.waiting.removeValue(forKey: id)?.resume()
        parking.deadlines[id] = nil
        parking.cancelled.remove(id)
        reportIdle(now)
    }
}
