// SPDX-License-Identifier: Apache-2.0
import Essentials
import Exposition
import HTTPTransport
import JSONScan
import KubernetesClient
import KubernetesModel
import Logging
import Machines
import Planning

/// Keeps the store's copy of one kind fresh: the shell of a `WatchMachine`.
package protocol WatchLoop: Sendable {
    func run() async
}

/// The shell for one kind in one scope. One unreadable object is a log line and a metric; the others go on.
struct KindWatchLoop<Object: KubernetesObject>: WatchLoop {
    let namespace: String?
    let client: KubernetesClient
    let store: Store
    let clock: any RuntimeClock
    let metrics: Metrics
    let health: Health
    let logger: Logger
    let seed: UInt64
    /// Told after every change, with the keys that changed and when the news came.
    let changed: @Sendable ([ObjectKey], Instant) -> Void
    /// Told when the watch has come further although nothing changed.
    let advanced: @Sendable () -> Void
    /// Told after the first list.
    let synced: @Sendable () -> Void
    /// Told after every list, which leaves much behind that is free again.
    let listed: @Sendable () -> Void

    func run() async {
        var conversation = Conversation<Object>(
            loop: self, machine: WatchMachine(generator: SeededGenerator(seed: seed)))
        conversation.perform(conversation.machine.started(now: clock.instant()))
        while !Task.isCancelled {
            guard let activity = conversation.activity else { return }
            conversation.activity = nil
            await conversation.carryOut(activity)
            conversation.publish()
        }
    }
}

/// What the loop does next; a machine never asks for two things that take time at once.
private enum Activity {
    case fetch(WatchMachine.PageRequest)
    case watch(WatchMachine.WatchRequest)
    case wait(until: Instant)
}

private struct Conversation<Object: KubernetesObject> {
    let loop: KindWatchLoop<Object>
    var machine: WatchMachine
    var activity: Activity?
    /// What a list has brought so far.
    private var replacement = Snapshot<Object>()
    /// The event that the machine is being told of.
    private var pending: (key: ObjectKey, object: Decoded<Object>?, received: Instant)?
    /// Set when the machine no longer wants the watch that is being read.
    private var isClosed = false
    private var counted: [WatchMachine.Restart: Int] = [:]
    /// Objects that could not be read.
    private var unreadable: Set<ObjectKey> = []

    init(loop: KindWatchLoop<Object>, machine: WatchMachine) {
        self.loop = loop
        self.machine = machine
    }

    private var now: Instant { loop.clock.instant() }

    mutating func perform(_ effects: [WatchMachine.Effect]) {
        for effect in effects {
            switch effect {
            case .beginReplace: replacement = Snapshot()
            case .fetchPage(let request): activity = .fetch(request)
            case .commitReplace(let version): commit(version)
            case .discardReplace: replacement = Snapshot()
            case .markSynced:
                loop.health.synced(Object.self, namespace: loop.namespace)
                loop.synced()
            case .openWatch(let request):
                isClosed = false
                activity = .watch(request)
            case .closeWatch: isClosed = true
            case .applyEvent: applyPending()
            case .advanceVersion(let version):
                loop.store.advance(Object.self, to: version, in: loop.namespace)
                loop.advanced()
            case .setTimer(let instant):
                // A watch watches its own silence; only a pause needs the clock.
                if case .waiting = machine.state { activity = .wait(until: instant) }
                if case .blocked = machine.state { activity = .wait(until: instant) }
            }
        }
    }

    mutating func carryOut(_ activity: Activity) async {
        switch activity {
        case .fetch(let request): await fetch(request)
        case .watch(let request): await watch(request)
        case .wait(let instant):
            do throws(CancellationError) {
                try await loop.clock.sleep(until: instant)
                perform(machine.timerFired(now: now))
            } catch {
                return
            }
        }
    }

    private mutating func fetch(_ request: WatchMachine.PageRequest) async {
        var page = replacement
        replacement = Snapshot()
        var count = 0
        var previous: Decoded<Object>?
        let query = CollectionQuery(Object.self, namespace: loop.namespace)
        do throws(APIError) {
            let answer = try await loop.client.listPage(
                Object.self, query, from: request.start, limit: request.limit ?? 0
            ) { item in
                count += 1
                loop.note(item)
                let kept = item.kept(beside: previous)
                page[item.metadata.key] = kept
                previous = kept
            }
            replacement = page
            perform(
                machine.pageReceived(
                    exchange: request.exchange, continueToken: answer.continueToken,
                    resourceVersion: answer.resourceVersion,
                    itemCount: count, now: now))
        } catch {
            replacement = page
            loop.note(error, while: "listing")
            perform(machine.listFailed(exchange: request.exchange, RequestFailure(error), now: now))
        }
    }

    private mutating func watch(_ request: WatchMachine.WatchRequest) async {
        let query = CollectionQuery(Object.self, namespace: loop.namespace)
        do throws(APIError) {
            var stream = try await loop.client.watch(
                query, from: request.resourceVersion, seconds: request.timeoutSeconds)
            perform(machine.watchOpened(exchange: request.exchange, now: now))
            while !isClosed, let event = try await stream.next() { handle(event, of: request.exchange) }
            if !isClosed { perform(machine.watchClosed(exchange: request.exchange, now: now)) }
        } catch {
            if Task.isCancelled { return }
            if case .transport(.timedOut(_), _) = error, case .watching = machine.state {
                perform(machine.timerFired(now: now))
                if activity != nil { return }
            }
            loop.note(error, while: "watching")
            perform(machine.watchFailed(exchange: request.exchange, RequestFailure(error), now: now))
        }
    }

    private mutating func handle(_ event: WatchEvent, of exchange: Int) {
        switch event {
        case .added(let object): handle(object, "ADDED", of: exchange)
        case .modified(let object): handle(object, "MODIFIED", of: exchange)
        case .deleted(let object): handle(object, "DELETED", of: exchange)
        case .bookmark(let version, _):
            perform(machine.bookmarkReceived(exchange: exchange, resourceVersion: version, now: now))
        case .error(let status): perform(machine.errorReceived(exchange: exchange, APIRefusal(status), now: now))
        case .unknown(let type):
            perform(machine.eventReceived(exchange: exchange, type: type, resourceVersion: "", now: now))
        case .unreadable, .oversized:
            // What the frame said is lost: only a list can tell.
            isClosed = true
            perform(machine.watchFailed(exchange: exchange, .unreadable, now: now))
        }
    }

    private mutating func handle(_ object: JSONScanner, _ type: String, of exchange: Int) {
        let received = now
        guard let item = Decoded<Object>(reading: object) else {
            isClosed = true
            perform(machine.watchFailed(exchange: exchange, .unreadable, now: now))
            return
        }
        loop.note(item)
        pending = (item.metadata.key, type == "DELETED" ? nil : item, received)
        perform(
            machine.eventReceived(
                exchange: exchange, type: type, resourceVersion: item.metadata.resourceVersion, now: now))
        pending = nil
    }

    private mutating func commit(_ version: String) {
        let snapshot = replacement
        replacement = Snapshot()
        let keys = loop.store.replace(with: snapshot, version: version, in: loop.namespace)
        unreadable = Set(snapshot.keys.filter { snapshot[$0]?.isUnreadable == true })
        keys.isEmpty ? loop.advanced() : loop.changed(keys, now)
        loop.listed()
    }

    private mutating func applyPending() {
        guard let (key, object, received) = pending else { return }
        if object?.isUnreadable == true { unreadable.insert(key) } else { unreadable.remove(key) }
        let hasChanged = loop.store.set(object, at: key, version: machine.version, in: loop.namespace)
        hasChanged ? loop.changed([key], received) : loop.advanced()
        countObjects()
    }

    private func countObjects() {
        let resource = Object.resource.qualifiedPlural + (Object.isMetadataOnly ? "/metadata" : "")
        loop.metrics.set(MetricCatalog.objects, resource, to: Double(loop.store.world[Object.self].count))
        loop.metrics.set(MetricCatalog.unreadable, resource, to: Double(unreadable.count))
    }

    /// Brings metrics and readiness up to date with the machine.
    mutating func publish() {
        let resource = Object.resource.qualifiedPlural
        for (reason, count) in machine.restarts where count > counted[reason, default: 0] {
            loop.metrics.add(
                Double(count - counted[reason, default: 0]), to: MetricCatalog.watchRestarts, resource, reason.rawValue)
        }
        counted = machine.restarts
        countObjects()
        loop.health.set(blockage: machine.blockage?.rawValue, of: Object.self, namespace: loop.namespace)
    }
}

extension KindWatchLoop {
    /// An object that cannot be read is named in the log; the others go on.
    fileprivate func note(_ item: Decoded<Object>) {
        guard case .unreadable(let metadata, let error) = item else { return }
        logger.warning(
            "unreadable object",
            metadata: ["object": "\(Object.resource.kind) \(metadata.key)", "error": "\(error)"])
    }

    fileprivate func note(_ error: APIError, while activity: String) {
        if Task.isCancelled { return }
        logger.warning(
            "no answer from the API server",
            metadata: ["resource": "\(Object.resource.qualifiedPlural)", "while": "\(activity)", "error": "\(error)"])
    }
}

extension Decoded {
    fileprivate var isUnreadable: Bool { if case .unreadable = self { true } else { false } }

    /// Reads an object; nil when not even its name can be read.
    fileprivate init?(reading object: JSONScanner) {
        var scanner = object
        do throws(JSONError) {
            self = .object(try Object(from: &scanner))
        } catch {
            let problem = error
            var again = object
            do throws(JSONError) {
                let metadata = try ObjectMetadata.ofObject(&again)
                if metadata.name.isEmpty { return nil }
                self = .unreadable(metadata, problem)
            } catch {
                return nil
            }
        }
    }
}

extension WatchMachine.PageRequest {
    fileprivate var start: ListStart {
        if let continueToken { return .continuing(continueToken) }
        return resourceVersion.map(ListStart.notOlderThan) ?? .mostRecent
    }
}

extension RequestFailure {
    fileprivate init(_ error: APIError) {
        switch error {
        case .status(let status, _): self = .refused(APIRefusal(status))
        case .transport(let transport, _): self = transport.wasNotSent ? .unreachable : .interrupted
        case .decoding: self = .unreadable
        }
    }
}

extension APIRefusal {
    fileprivate init(_ status: APIStatus) {
        self.init(
            code: status.code, reason: status.reason, causes: status.causes.map(\.reason), message: status.message,
            retryAfter: status.retryAfterSeconds.map { .seconds($0) })
    }
}
