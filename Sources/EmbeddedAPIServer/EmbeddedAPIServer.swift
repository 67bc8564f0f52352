// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel
import Synchronization

/// A Kubernetes API server in memory: the verbs that an operator uses, as kube-apiserver answers them.
///
/// It starts no task and never sleeps: everything happens inside the caller's `send` and `next`, and a watch that has
/// nothing to say waits until a write or `timePassed` wakes it. Equal seeds, times and requests give equal answers.
package final class EmbeddedAPIServer: Sendable {
    package struct Options: Sendable {
        /// Seeds uids, generated names and watch timeouts.
        package var seed: UInt64 = 1
        /// Namespaces that exist from the start.
        package var namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"]
        /// How many changes watches and paged lists can look back.
        package var historyLimit = 10_000
        /// The longest request body in bytes (kube-apiserver's own limit).
        package var bodyLimit = 3 * 1024 * 1024
        /// How often an open watch that allows it gets a bookmark.
        package var bookmarkInterval: Duration = .seconds(60)
        /// Serves `sendInitialEvents` (KEP-3157) instead of refusing it with 422.
        package var servesInitialEvents = false
        /// Collects dependents within the write that removed their owner; otherwise only `collectGarbage` does.
        package var collectsGarbageAtOnce = true
        /// Serves what kubectl asks for: more kinds, Kubernetes' own schemas, tables, strategic merge patches.
        package var servesKubectl = false
        /// How many requests `audit` remembers; nil remembers all.
        package var auditLimit: Int?
        /// Hears of every change before its answer is given, in order, and says whether it is kept: when not, the answer is an
        /// error. It must not call the server.
        package var journal: (@Sendable ([StoredObject]) -> Bool)?
        /// What an earlier process kept.
        package var restored: StoredState?
        /// What `/version` answers.
        package var version: JSONValue = [
            "major": "1", "minor": "30", "gitVersion": "v1.30.0-embedded", "platform": "linux/amd64",
        ]

        package init() {}
    }

    let state: Mutex<ServerState>
    let now: @Sendable () -> Timestamp

    /// - Parameter now: the wall clock that timestamps, bookmarks and timeouts go by.
    package init(options: Options = Options(), now: @escaping @Sendable () -> Timestamp) {
        self.now = now
        state = Mutex(ServerState(options: options, now: now()))
    }

    /// A connection as `user`; `admin` may do everything, others what `grant` gave them.
    package func transport(user: String = "admin") -> any HTTPTransport {
        ServerTransport(server: self, user: user)
    }
}

// MARK: Access, faults, logs

extension EmbeddedAPIServer {
    /// Sets what `user` may do, in place of what was granted before.
    package func grant(_ user: String, _ rules: [AccessRule]) {
        state.withLock { $0.grants[user] = rules }
    }

    /// Arms `fault` for the requests that match: the first `skip` pass, the next `times` are hit.
    @discardableResult
    package func inject(
        _ fault: Fault, skip: Int = 0, times: Int = 1, on matches: @escaping @Sendable (APIRequest) -> Bool
    ) -> Int {
        state.withLock { state in
            let id = state.takeID()
            state.armed.append(ArmedFault(id: id, fault: fault, matches: matches, skip: skip, remaining: times))
            return id
        }
    }

    /// Disarms one fault, or all when `id` is nil.
    package func disarm(_ id: Int? = nil) {
        state.withLock { state in state.armed.removeAll { id == nil || $0.id == id } }
    }

    /// Watches whose request matches deliver nothing, now and later, until `releaseEvents`.
    package func holdEvents(of matches: @escaping @Sendable (APIRequest) -> Bool) {
        state.withLock { $0.holds.append(matches) }
    }

    /// Lets all held watches go on from where they stood.
    package func releaseEvents() {
        state.withLock { state in
            state.holds = []
            state.wakeAllWatches()
        }
    }

    /// Ends the open watches whose request matches, as at their timeout; `expired`: with 410, so that only a list tells what is.
    package func endWatches(expired: Bool = false, of matches: @escaping @Sendable (APIRequest) -> Bool = { _ in true })
    {
        state.withLock { state in
            let end: Fault = expired ? .errorEvent(410, afterEvents: 0) : .endWatch(afterEvents: 0)
            for (id, watch) in state.watches where matches(watch.request) {
                state.watches[id]?.faults.faults.insert(end, at: 0)
            }
            state.wakeAllWatches()
        }
    }

    /// Says what the log of a container holds; without it every log is empty.
    package func setPodLog(_ provider: @escaping @Sendable (PodLogQuery) -> PodLogAnswer) {
        state.withLock { $0.podLog = provider }
    }
}

// MARK: Witness

extension EmbeddedAPIServer {
    /// Every request that reached the server, in order.
    package var audit: [AuditRecord] { state.withLock { $0.audit } }

    /// The revision of the last change.
    package var revision: Int { state.withLock { $0.store.revision } }

    /// One object as it is kept, or nil.
    package func object(_ type: ResourceType, _ key: ObjectKey) -> JSONValue? {
        state.withLock { state in
            state.catalog.resource(type).flatMap { state.store[$0.table, key] }
        }
    }

    /// All objects of a kind as they are kept, by namespace and name.
    package func objects(_ type: ResourceType) -> [JSONValue] {
        state.withLock { state in
            state.catalog.resource(type).map { state.store.objects(in: $0.table).map(\.value) } ?? []
        }
    }

    /// The number of watches that are open.
    package var openWatches: Int { state.withLock { $0.watches.values.count { !$0.hasEnded } } }
}

// MARK: Time and housekeeping

extension EmbeddedAPIServer {
    /// Wakes whatever waits for a moment that `now` has reached; call it after moving a virtual clock.
    package func timePassed() {
        let now = now()
        state.withLock { $0.wakeDue(now) }
    }

    /// The next moment at which time alone makes a watch or a hanging request go on; nil when nothing waits.
    package var nextDeadline: Timestamp? { state.withLock { $0.nextDeadline } }

    /// Forgets the past up to `revision` (nil: all of it), so that older watches and pages get 410.
    package func compact(upTo revision: Int? = nil) {
        state.withLock { state in
            state.store.compact(upTo: revision)
            state.wakeAllWatches()
        }
    }

    /// Deletes what lost its owners and empties namespaces that are going away.
    package func collectGarbage() {
        let now = now()
        state.withLock { state in
            state.collectGarbage(now)
            state.wakeWatches()
        }
    }

    /// True when every open watch waits and has nothing to deliver.
    package var isIdle: Bool {
        let now = now()
        return state.withLock { $0.isIdle(now) }
    }

    /// Returns as soon as `isIdle` holds.
    package func whenIdle() async {
        let now = now()
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isIdle = state.withLock { state in
                if state.isIdle(now) { return true }
                state.parking.idleWaiters.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }
}
