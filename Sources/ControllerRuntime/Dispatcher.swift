// SPDX-License-Identifier: Apache-2.0
import Essentials
import Exposition
import KubernetesModel
import Logging
import Machines
import Planning
import Synchronization

/// Takes keys from the queue, plans, and has the plans carried out: one pass after the other, from a key to a report.
///
/// A key never runs twice at the same time, and not again before the watches have brought back what its last pass wrote.
package final class Dispatcher: Sendable {
    private struct State {
        var queue: WorkQueueMachine<PlanKey, WriteToken>
        var isLeading = false
        var isEnding = false
        var lastSingletonPass: Instant?
        var pacing = WorkPacing<PlanKey>()
        /// How often answers brought a key within the second that began then.
        var answers: [PlanKey: (since: Instant, count: Int)] = [:]
        /// When the oldest news came that a key has not been planned with.
        var news: [PlanKey: Instant] = [:]
    }

    private let controllers: [AnyController]
    private let routing: Routing
    private let scopes: [[WatchScope]]
    private let store: Store
    private let facts: FactLoop
    private let interpreter: Interpreter
    private let clock: any RuntimeClock
    private let metrics: Metrics
    private let logger: Logger
    private let state: Mutex<State>
    private let bell = Bell()

    /// A singleton plans over everything, so changes that come fast are taken together.
    private static let singletonInterval = Duration.milliseconds(250)
    /// It also lets those go first whose news it is: they seldom wait behind it then, and what they derive is there for it.
    private static let singletonDelay = Duration.milliseconds(20)
    /// A plan that names a moment that is over, again and again, must not keep a core busy.
    private static let shortestSleep = Duration.seconds(1)
    /// A plan that asks something new after every answer, without end, must not either: beyond so many answers a second the key
    /// waits for the next second.
    private static let answersPerSecond = 50

    init(
        controllers: [AnyController], routing: Routing, scopes: [[WatchScope]], store: Store, facts: FactLoop,
        interpreter: Interpreter,
        clock: any RuntimeClock, metrics: Metrics, logger: Logger, workers: Int, seed: UInt64
    ) {
        self.controllers = controllers
        self.routing = routing
        self.scopes = scopes
        self.store = store
        self.facts = facts
        self.interpreter = interpreter
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        state = Mutex(
            State(
                queue: WorkQueueMachine(settings: .init(concurrency: workers), generator: SeededGenerator(seed: seed))))
    }

    // MARK: What brings keys

    /// Objects of a kind changed; the news of it came at `received`.
    func changed(_ objects: [ObjectKey], of kind: any KubernetesObject.Type, received: Instant) {
        enqueue(routing.keys(for: objects, of: kind, in: store.world), isUrgent: true, news: received)
    }

    /// A watch has come further without a change: what was written may have been seen by now.
    func advanced() { enqueue([]) }

    /// Plans everything: after a kind's first list and when this replica begins to lead.
    package func enqueueEverything() { enqueue(routing.allKeys(in: store.world), isUrgent: false) }

    func enqueue(_ keys: some Sequence<PlanKey>, isUrgent: Bool = true, news: Instant? = nil) {
        let now = clock.instant()
        state.withLock { state in
            // Sorted, because the order of a set differs from run to run.
            for key in keys.sorted() {
                add(key, isUrgent: isUrgent, to: &state, now: now)
                if let news, state.isLeading, state.news[key] == nil { state.news[key] = news }
            }
            state.queue.conditionsMet(now: now, where: isSeen)
        }
        bell.ring()
    }

    /// Answers came to what the plans of these keys asked.
    func answered(_ keys: Set<PlanKey>) {
        let now = clock.instant()
        state.withLock { state in
            for key in keys.sorted() {
                var recent = state.answers[key] ?? (now, 0)
                if now - recent.since >= .seconds(1) { recent = (now, 0) }
                recent.count += 1
                state.answers[key] = recent
                let start = recent.count > Self.answersPerSecond ? recent.since + .seconds(1) : now
                add(key, isUrgent: true, to: &state, now: now, at: start)
            }
            if state.answers.count > 1_000 {
                state.answers = state.answers.filter { now - $0.value.since < .seconds(1) }
            }
        }
        bell.ring()
    }

    private func add(_ key: PlanKey, isUrgent: Bool, to state: inout State, now: Instant, at time: Instant? = nil) {
        var start = time ?? now
        if controllers[key.controller].primary == nil {
            start = max(start, now + Self.singletonDelay)
            if let last = state.lastSingletonPass { start = max(start, last + Self.singletonInterval) }
        }
        if let earliest = state.pacing.earliest(key, now: now) { start = max(start, earliest) }
        state.queue.added(key, priority: isUrgent ? .high : .low, at: start, now: now)
    }

    /// This replica leads from now on: plan everything.
    func lead() {
        state.withLock { $0.isLeading = true }
        enqueueEverything()
    }

    /// Takes no further key; `run` returns when the running passes are over.
    package func stop() {
        state.withLock { $0.isEnding = true }
        bell.ring()
    }

    /// Brings the gauges that nobody keeps up to date: how long the queue makes its keys wait.
    func measure() {
        let now = clock.instant()
        let age = state.withLock { $0.queue.oldestAge(now: now) }
        metrics.set(MetricCatalog.queueAge, to: age.inSeconds)
    }

    // MARK: The passes

    /// Runs passes until `stop`.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                switch next() {
                case .run(let turn): group.addTask { await self.pass(turn) }
                case .wait(let deadline): await bell.wait(until: deadline, on: clock)
                case .end: return
                }
            }
        }
    }

    private enum Step {
        case run(WorkTurn<PlanKey>)
        case wait(until: Instant?)
        case end
    }

    private func next() -> Step {
        let now = clock.instant()
        return state.withLock { state in
            metrics.set(MetricCatalog.queueDepth, to: Double(state.queue.depth))
            if state.isEnding { return state.queue.runningCount == 0 ? .end : .wait(until: nil) }
            guard state.isLeading else { return .wait(until: nil) }
            switch state.queue.next(now: now) {
            case .run(let turn):
                if controllers[turn.key.controller].primary == nil { state.lastSingletonPass = now }
                state.pacing.began(turn.key, now: now)
                return .run(turn)
            case .wait(let instant): return .wait(until: instant)
            case .busy, .idle: return .wait(until: nil)
            }
        }
    }

    private func pass(_ turn: WorkTurn<PlanKey>) async {
        let key = turn.key
        var report = ApplyReport()
        let controller = controllers[key.controller]
        // Before the first lists are there, nothing is known; the last of them brings every key back.
        if store.isSynced(scopes[key.controller]) { report = await planAndCarryOut(key, controller) }
        let now = clock.instant()
        state.withLock { state in
            for token in report.awaited where !isSeen(token) { state.queue.deferred(key, until: token, now: now) }
            state.pacing.finished(key, took: .zero, now: now)
            let retry = report.again.map(WorkOutcome.again(after:)) ?? .done
            state.queue.finished(key, report.failures.isEmpty ? retry : .failed(), now: now)
        }
        bell.ring()
    }

    private func planAndCarryOut(_ key: PlanKey, _ controller: AnyController) async -> ApplyReport {
        let began = clock.instant()
        let processor = clock.processorTime()
        let news = state.withLock { $0.news.removeValue(forKey: key) }
        let world = store.world
        let pass = controller.plan(key.object, in: world, at: clock.now())
        let ended = clock.instant()
        metrics.observe((ended - began).inSeconds, in: MetricCatalog.planSeconds, controller.name)
        let took = clock.processorTime() - processor
        state.withLock { $0.pacing.finished(key, took: took, now: ended) }
        if let news { metrics.observe((ended - news).inSeconds, in: MetricCatalog.eventSeconds, controller.name) }
        switch pass {
        case .nothing:
            facts.want([], by: key, planned: world)
            return ApplyReport()
        case .unreadable(let reference, let metadata, let error):
            metrics.add(to: MetricCatalog.plans, controller.name, "unreadable")
            facts.want([], by: key, planned: world)
            return await interpreter.reportUnreadable(reference, metadata, error)
        case .planned(let plan, let primary):
            metrics.add(to: MetricCatalog.plans, controller.name, plan.outcome?.word ?? "done")
            facts.want(plan.wants, by: key, planned: world)
            if let wakeUp = plan.wakeUp { wake(key, at: wakeUp) }
            var report = await interpreter.carryOut(plan, for: primary, of: controller)
            if let primary, let time = await interpreter.explain(plan, for: primary, in: &report) {
                wake(key, at: time)
            }
            return report
        }
    }

    private func wake(_ key: PlanKey, at time: Timestamp) {
        let now = clock.instant()
        let left = time - clock.now()
        let start = now + (left > .zero ? max(left, .milliseconds(1)) : Self.shortestSleep)
        // A watch over hundreds of images names the moment of each: they are taken together where a pass is expensive.
        state.withLock { state in
            let paced = state.pacing.earliest(key, now: now).map { max($0, start) } ?? start
            state.queue.added(key, priority: .low, at: paced, now: now)
        }
    }

    // MARK: Own writes are read before the next plan

    private func isSeen(_ token: WriteToken) -> Bool {
        switch token {
        case .version(let reference, let version):
            return watchedKinds(of: reference.resource).allSatisfy {
                store.hasSeen(version, of: $0, in: reference.key.namespace)
            }
        case .gone(let reference, let uid):
            return watchedKinds(of: reference.resource).allSatisfy { store.isGone(uid, of: $0, at: reference.key) }
        }
    }

    private func watchedKinds(of resource: ResourceType) -> [any KubernetesObject.Type] {
        var kinds: [any KubernetesObject.Type] = []
        for controller in controllers {
            for read in controller.reads
            where read.kind.resource == resource && !kinds.contains(where: { $0 == read.kind }) {
                kinds.append(read.kind)
            }
        }
        return kinds
    }
}

extension Outcome {
    /// The label of metrics.
    fileprivate var word: String {
        switch self {
        case .ready: "ready"
        case .progressing: "progressing"
        case .stalled: "stalled"
        case .degraded: "degraded"
        }
    }

    /// Every label of `watchbill_plans_total`.
    package static let words = ["ready", "progressing", "stalled", "degraded", "done", "unreadable"]
}
