// SPDX-License-Identifier: Apache-2.0
import Essentials
import Exposition
import Logging
import Machines
import Planning
import Synchronization

/// Answers one kind of question; called from the fact loop only.
package protocol FactSource: Sendable {
    associatedtype Question: FactQuestion
    /// Asks once. Never retries: that is paced for all questions of a bucket together.
    func ask(_ question: Question) async -> Result<Question.Answer, FactFailure>
}

/// Keeps facts fresh for whoever wants them: the shell of a `FactMachine`.
package final class FactLoop: Sendable {
    private typealias Machine = FactMachine<AnyQuestion, Bool, FactFailure, PlanKey>

    private struct State {
        var machine: Machine
        var fetches: [AnyQuestion] = []
        var timer: Instant?
        var wishes: [PlanKey: Set<AnyQuestion>] = [:]
        var wishers: [AnyQuestion: Int] = [:]
        var hints = HintBook()
        var hintTimer: Instant?
    }

    private let sources: [String: any FactSource]
    private let store: Store
    private let clock: any RuntimeClock
    private let metrics: Metrics
    private let logger: Logger
    private let state: Mutex<State>
    private let bell = Bell()
    private let requeue: @Sendable (Set<PlanKey>) -> Void

    package init(
        sources: [any FactSource], store: Store, clock: any RuntimeClock, metrics: Metrics, logger: Logger,
        seed: UInt64,
        requeue: @escaping @Sendable (Set<PlanKey>) -> Void
    ) {
        self.sources = Dictionary(
            sources.map { (type(of: $0).questionName, $0) }, uniquingKeysWith: { first, _ in first })
        self.store = store
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.requeue = requeue
        state = Mutex(
            State(machine: Machine(generator: SeededGenerator(seed: seed)) { $0.question.bucket }))
    }

    /// A plan names the questions it wants answered; what it wanted before and no longer names is its wish no more.
    ///
    /// - Parameter planned: the world it planned with. An answer that came after that and before its wish was made known to
    ///   others only, so the key is planned again.
    package func want(_ named: [AnyQuestion], by key: PlanKey, planned: World) {
        let questions = named.filter { type(of: $0.question).isAsked }
        let now = clock.instant()
        let (dropped, requeued): ([AnyQuestion], Set<PlanKey>) = state.withLock { state in
            let wanted = Set(questions)
            let before = state.wishes[key] ?? []
            if named.isEmpty && before.isEmpty { return ([], []) }
            state.wishes[key] = wanted.isEmpty ? nil : wanted
            let gone = before.subtracting(wanted)
            for question in wanted.subtracting(before) {
                state.wishers[question, default: 0] += 1
                state.hints.wanted(question)
            }
            var dropped: [AnyQuestion] = []
            for question in gone {
                state.wishers[question, default: 1] -= 1
                if state.wishers[question] == 0 {
                    state.wishers[question] = nil
                    dropped.append(question)
                    if let repository = state.hints.dropped(question) {
                        store.forget(AnyQuestion(HintsArrive(repository)))
                    }
                }
            }
            var effects: [Machine.Effect] = gone.isEmpty ? [] : state.machine.forgotten(key, now: now)
            let answers = store.world
            for question in questions {
                effects += state.machine.wanted(
                    question, by: key, maximumAge: question.question.age(in: answers), now: now)
            }
            var requeued = Self.perform(effects, on: &state, store: store)
            // Answers are set while this lock is held or before it is asked for, so none slips through.
            let world = store.world
            if named.contains(where: { !world.knowsTheSame(of: $0, as: planned) }) { requeued.insert(key) }
            return (dropped, requeued)
        }
        for question in dropped where !type(of: question.question).isKept { store.forget(question) }
        if !requeued.isEmpty { requeue(requeued) }
        bell.ring()
    }

    /// Sets what is known without being asked for, nil to forget it: what the interpreter learns by writing. The plan that
    /// wanted the write is made again by it.
    func set<Question: FactQuestion>(_ fact: Fact<Question.Answer>?, for question: Question) {
        if let fact { store.set(fact, for: question) } else { store.forget(AnyQuestion(question)) }
    }

    /// Registries say that repositories may have changed. What is wanted of them is asked again, soon and seldom, however often
    /// they say so; others are passed over.
    package func hinted(_ repositories: [HintedRepository]) {
        let (now, time) = (clock.instant(), clock.now())
        let requeued = state.withLock { state in
            var effects: [HintMachine<HintedRepository>.Effect] = []
            for hint in repositories {
                let told = state.hints.hinted(hint, at: time, now: now)
                for repository in told.healthy { store.set(.known(true, askedAt: time), for: HintsArrive(repository)) }
                effects += told.effects
            }
            return perform(effects, on: &state, now: now)
        }
        if !requeued.isEmpty { requeue(requeued) }
        bell.ring()
    }

    private func perform(
        _ effects: [HintMachine<HintedRepository>.Effect], on state: inout State, now: Instant
    ) -> Set<PlanKey> {
        var requeued: Set<PlanKey> = []
        for effect in effects {
            switch effect {
            case .setTimer(let instant): state.hintTimer = instant
            case .check(let repository):
                for question in state.hints.questions(of: repository) {
                    var effects = state.machine.expired(question, now: now)
                    for (key, wanted) in state.wishes where wanted.contains(question) {
                        effects += state.machine.wanted(
                            question, by: key, maximumAge: question.question.age(in: store.world), now: now)
                    }
                    requeued.formUnion(Self.perform(effects, on: &state, store: store))
                }
            }
        }
        return requeued
    }

    /// Brings the gauges of facts up to date: how many are known, and how old what is known has become.
    func measure() {
        let questions = state.withLock { Array($0.wishers.keys) }
        let world = store.world
        let now = clock.now()
        var counts: [[String]: Int] = [:]
        var ages: [String: Duration] = [:]
        for name in sources.keys {
            for state in ["known", "failed", "unknown"] { counts[[name, state]] = 0 }
            ages[name] = .zero
        }
        for question in questions {
            let name = type(of: question.question).name
            let (state, age) = question.question.standing(in: world, at: now)
            counts[[name, state], default: 0] += 1
            ages[name] = max(ages[name] ?? .zero, age)
        }
        for (labels, count) in counts { metrics.set(MetricCatalog.factStates, labels[0], labels[1], to: Double(count)) }
        for (name, age) in ages { metrics.set(MetricCatalog.factAge, name, to: age.inSeconds) }
    }

    /// Asks what is wanted until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let (fetches, timer) = due()
                for question in fetches { group.addTask { await self.fetch(question.question) } }
                if fetches.isEmpty { await bell.wait(until: timer, on: clock) }
            }
        }
    }

    private func due() -> ([AnyQuestion], Instant?) {
        let now = clock.instant()
        let (fetches, timer, requeued): ([AnyQuestion], Instant?, Set<PlanKey>) = state.withLock { state in
            var requeued: Set<PlanKey> = []
            if let timer = state.timer, timer <= now {
                state.timer = nil
                requeued = Self.perform(state.machine.timerFired(now: now), on: &state, store: store)
            }
            if let timer = state.hintTimer, timer <= now {
                state.hintTimer = nil
                requeued.formUnion(perform(state.hints.timerFired(now: now), on: &state, now: now))
            }
            let fetches = state.fetches
            state.fetches = []
            return (fetches, [state.timer, state.hintTimer].compactMap(\.self).min(), requeued)
        }
        if !requeued.isEmpty { requeue(requeued) }
        return (fetches, timer)
    }

    private func fetch<Question: FactQuestion>(_ question: Question) async {
        let askedAt = clock.now()
        let result = await answer(question)
        let now = clock.instant()
        let requeued = state.withLock { state in
            switch result {
            case .success(let answer):
                if case .known(let before, let asked) = store.world.fact(question), before != answer,
                    let repository = state.hints.changed(question, since: asked)
                {
                    store.set(.known(false, askedAt: askedAt), for: HintsArrive(repository))
                }
                store.set(.known(answer, askedAt: askedAt), for: question)
                return Self.perform(
                    state.machine.answered(AnyQuestion(question), true, now: now), on: &state, store: store)
            case .failure(let failure):
                store.set(.failed(failure), for: question)
                let effects = state.machine.failed(
                    AnyQuestion(question), failure, scope: failure.scope, retryAfter: failure.retryAfter, now: now)
                return Self.perform(effects, on: &state, store: store)
            }
        }
        count(Question.name, result)
        if !requeued.isEmpty { requeue(requeued) }
        bell.ring()
    }

    private func answer<Question: FactQuestion>(_ question: Question) async -> Result<Question.Answer, FactFailure> {
        guard let source = sources[Question.name] else {
            return .failure(
                FactFailure(reason: "NoSource", message: "nothing here answers \(Question.name)", isFinal: true))
        }
        return await source.askAny(question)
    }

    private func count<Answer>(_ name: String, _ result: Result<Answer, FactFailure>) {
        switch result {
        case .success: metrics.add(to: MetricCatalog.facts, name, "answered")
        case .failure(let failure):
            metrics.add(to: MetricCatalog.facts, name, failure.reason)
            logger.info(
                "no answer",
                metadata: ["question": "\(name)", "reason": "\(failure.reason)", "error": "\(failure.message)"])
        }
    }

    private static func perform(_ effects: [Machine.Effect], on state: inout State, store: Store) -> Set<PlanKey> {
        var requeued: Set<PlanKey> = []
        for effect in effects {
            switch effect {
            case .fetch(let question): state.fetches.append(question)
            case .requeue(let keys): requeued.formUnion(keys)
            case .forget(let question): store.forget(question)
            case .setTimer(let instant): state.timer = instant
            }
        }
        return requeued
    }
}

extension FactQuestion {
    /// How old an answer may be: what is not in the world any more is asked for anew.
    fileprivate func age(in world: World) -> Duration {
        if case .unknown = world.fact(self) { return .zero }
        return freshness
    }
}

extension FactQuestion {
    /// What is known of it, as metrics say it, and how old that is.
    fileprivate func standing(in world: World, at now: Timestamp) -> (state: String, age: Duration) {
        switch world.fact(self) {
        case .known(_, let askedAt): ("known", max(now - askedAt, .zero))
        case .failed: ("failed", .zero)
        case .unknown: ("unknown", .zero)
        }
    }
}

extension FactSource {
    static var questionName: String { Question.name }

    fileprivate func askAny<Other: FactQuestion>(_ question: Other) async -> Result<Other.Answer, FactFailure> {
        guard let own = question as? Question else {
            return .failure(
                FactFailure(reason: "NoSource", message: "nothing here answers \(Other.name)", isFinal: true))
        }
        switch await ask(own) {
        case .failure(let failure): return .failure(failure)
        case .success(let answer):
            guard let answer = answer as? Other.Answer else {
                return .failure(
                    FactFailure(reason: "NoSource", message: "nothing here answers \(Other.name)", isFinal: true))
            }
            return .success(answer)
        }
    }
}

extension FactFailure {
    fileprivate var scope: FailureScope {
        if isFinal { return .lasting }
        return isShared ? .bucket : .question
    }
}
