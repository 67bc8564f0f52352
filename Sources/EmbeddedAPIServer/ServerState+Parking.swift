// SPDX-License-Identifier: Apache-2.0
import Essentials

extension ServerState {
    /// Wakes every watch that has something to deliver.
    mutating func wakeWatches() {
        for id in parking.waiting.keys.sorted() where watches[id] != nil { wakeIfReady(id) }
    }

    private mutating func wakeIfReady(_ id: Int) {
        guard let watch = watches[id], !isHeld(watch) else { return }
        let isBehind =
            !watch.queue.isEmpty || watch.cursor < store.compactedRevision
            || store.changes(after: watch.cursor).contains { $0.table == watch.served.table }
        if isBehind { parking.waiting.removeValue(forKey: id)?.resume() }
    }

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
