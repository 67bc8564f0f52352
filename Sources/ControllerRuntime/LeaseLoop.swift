// SPDX-License-Identifier: Apache-2.0
import Essentials
import Exposition
import HTTPTransport
import KubernetesClient
import KubernetesModel
import Logging
import Machines
import Synchronization

/// Stands for election over a Lease: the shell of a `LeaseMachine`.
package final class LeaseLoop: Sendable {
    private struct Signals {
        var shutdown = false
        var drained = false
    }

    private let client: KubernetesClient
    private let gate: LeaderGate
    private let clock: any RuntimeClock
    private let key: ObjectKey
    private let identity: String
    private let metrics: Metrics
    private let logger: Logger
    private let seed: UInt64
    /// Told when this replica begins to lead.
    private let leads: @Sendable () -> Void
    private let signals = Mutex(Signals())
    private let bell = Bell()

    /// The name of the Lease in the operator's namespace.
    package static let name = "watchbill"

    init(
        client: KubernetesClient, gate: LeaderGate, clock: any RuntimeClock, namespace: String, identity: String,
        metrics: Metrics,
        logger: Logger, seed: UInt64, leads: @escaping @Sendable () -> Void
    ) {
        self.client = client
        self.gate = gate
        self.clock = clock
        key = ObjectKey(namespace: namespace, name: Self.name)
        self.identity = identity
        self.metrics = metrics
        self.logger = logger
        self.seed = seed
        self.leads = leads
    }

    /// The process shall end: begin no more work.
    func shutdown() {
        signals.withLock { $0.shutdown = true }
        bell.ring()
    }

    /// No work runs any more.
    func drained() {
        signals.withLock { $0.drained = true }
        bell.ring()
    }

    /// Runs until the lease is given back (nil), or lost (why).
    func run() async -> LeaseMachine.Loss? {
        var election = Election(machine: LeaseMachine(identity: identity, generator: SeededGenerator(seed: seed)))
        perform(election.machine.started(now: clock.instant()), &election)
        while !Task.isCancelled {
            if let loss = election.loss { return loss }
            if election.isFinished { return nil }
            if let request = election.request {
                election.request = nil
                await send(request, &election)
                continue
            }
            await bell.wait(until: election.timer, on: clock)
            let signals = signals.withLock { signals in
                defer { signals = Signals() }
                return signals
            }
            let now = clock.instant()
            if signals.shutdown { perform(election.machine.shutdownRequested(), &election) }
            if signals.drained { perform(election.machine.drained(now: now, wall: clock.now()), &election) }
            if let timer = election.timer, timer <= now {
                election.timer = nil
                perform(election.machine.timerFired(now: now, wall: clock.now()), &election)
            }
        }
        return nil
    }

    private struct Election {
        var machine: LeaseMachine
        var request: LeaseMachine.Effect?
        var timer: Instant?
        var loss: LeaseMachine.Loss?
        var isFinished = false
    }

    private func perform(_ effects: [LeaseMachine.Effect], _ election: inout Election) {
        gate.set(election.machine.gate)
        metrics.set(MetricCatalog.leader, to: election.machine.isLeading ? 1 : 0)
        for effect in effects {
            switch effect {
            case .readLease, .createLease, .updateLease, .releaseLease: election.request = effect
            case .becameLeader(let term):
                logger.notice("leading", metadata: ["identity": "\(identity)", "term": "\(term)"])
                leads()
            case .lostLeadership(let loss):
                logger.error("lost the lease", metadata: ["identity": "\(identity)", "why": "\(loss)"])
                election.loss = loss
            case .setTimer(let instant): election.timer = instant
            case .finished: election.isFinished = true
            }
        }
    }

    private func send(_ request: LeaseMachine.Effect, _ election: inout Election) async {
        switch request {
        case .readLease(let timeout): await read(within: timeout, &election)
        case .createLease(let record, let timeout): await write(record, version: nil, within: timeout, &election)
        case .updateLease(let record, let version, let timeout), .releaseLease(let record, let version, let timeout):
            await write(record, version: version, within: timeout, &election)
        case .becameLeader, .lostLeadership, .setTimer, .finished: break
        }
    }

    private func read(within timeout: Duration, _ election: inout Election) async {
        do throws(APIError) {
            let lease = try await within(timeout) { [client, key] () throws(APIError) in
                try await client.get(.leases, key)
            }
            let version = lease.at("metadata", "resourceVersion")?.stringValue ?? ""
            let effects = election.machine.observed(
                LeaseRecord(lease: lease), resourceVersion: version, now: clock.instant(), wall: clock.now())
            perform(effects, &election)
        } catch {
            if error.status?.code == 404 {
                perform(election.machine.notFound(now: clock.instant(), wall: clock.now()), &election)
            } else {
                logger.warning("cannot read the lease", metadata: ["error": "\(error)"])
                perform(election.machine.readFailed(now: clock.instant()), &election)
            }
        }
    }

    /// An answer that comes later counts as none: the next try must not wait for it, nor the end of a leadership.
    private func within<Answer: Sendable>(
        _ timeout: Duration, _ request: @escaping @Sendable () async throws(APIError) -> Answer
    ) async throws(APIError) -> Answer {
        let result = await withTaskGroup(of: Result<Answer, APIError>?.self) { group in
            group.addTask {
                do throws(APIError) { return .success(try await request()) } catch { return .failure(error) }
            }
            group.addTask { [clock] in
                do throws(CancellationError) { try await clock.sleep(until: clock.instant() + timeout) } catch {
                    // The answer came first.
                }
                return nil
            }
            let first = await group.next().flatMap(\.self)
            group.cancelAll()
            return first ?? .failure(.transport(.timedOut(after: timeout), request: "Lease \(key)"))
        }
        return try result.get()
    }

    private func write(
        _ record: LeaseRecord, version: String?, within timeout: Duration, _ election: inout Election
    ) async {
        do throws(APIError) {
            let body = record.lease(key, resourceVersion: version)
            let written = try await within(timeout) { [client, key] () throws(APIError) in
                version == nil
                    ? try await client.create(.leases, namespace: key.namespace, body: body)
                    : try await client.replace(.leases, key, body: body)
            }
            let effects = election.machine.writeSucceeded(
                resourceVersion: written.resourceVersion, now: clock.instant(), wall: clock.now())
            perform(effects, &election)
        } catch {
            if error.status?.code == 409 {
                perform(election.machine.writeConflicted(now: clock.instant()), &election)
            } else {
                logger.warning("cannot write the lease", metadata: ["error": "\(error)"])
                perform(election.machine.writeFailed(now: clock.instant()), &election)
            }
        }
    }
}

extension LeaseRecord {
    /// Reads the spec of a Lease; what is missing counts as absent.
    fileprivate init(lease: JSONValue) {
        let spec = lease["spec"]
        self.init(
            holder: spec?["holderIdentity"]?.stringValue ?? "",
            acquireTime: spec?["acquireTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            renewTime: spec?["renewTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            durationSeconds: Int(clamping: spec?["leaseDurationSeconds"]?.integerValue ?? 0),
            transitions: Int(clamping: spec?["leaseTransitions"]?.integerValue ?? 0))
    }

    fileprivate func lease(_ key: ObjectKey, resourceVersion: String?) -> JSONValue {
        [
            "apiVersion": .string(ResourceType.leases.apiVersion), "kind": .string(ResourceType.leases.kind),
            "metadata": .compact([
                "name": .string(key.name), "namespace": .string(key.namespace),
                "resourceVersion": resourceVersion.map(JSONValue.string),
                "labels": ["app.kubernetes.io/managed-by": "watchbill", "app.kubernetes.io/part-of": "watchbill"],
            ]),
            "spec": .compact([
                "holderIdentity": .string(holder), "acquireTime": acquireTime.map { .string($0.rfc3339Micro) },
                "renewTime": renewTime.map { .string($0.rfc3339Micro) },
                // A released lease has no duration; zero is refused by the API.
                "leaseDurationSeconds": .integer(Int64(max(durationSeconds, 1))),
                "leaseTransitions": .integer(Int64(transitions)),
            ]),
        ]
    }
}
