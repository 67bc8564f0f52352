// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Testing

/// A few processes with clocks of their own, a store, and a network that delays and loses.
struct LeaseWorld {
    struct Process {
        var machine: LeaseMachine
        /// The process's clock: `offset + rate × time`.
        var rate: Double
        var offset: Double
        var wallSkew: Double
        /// Nothing reaches the process before this time.
        var pausedUntil = 0.0
        var timer = 0
        /// The request that is under way, by number.
        var request = 0
    }

    enum Answer {
        case record(LeaseRecord, String)
        case notFound
        case written(String)
        case conflict
        case timeout(isRead: Bool)
    }

    enum Happening {
        case arrives(process: Int, request: Int, effect: LeaseMachine.Effect)
        case answer(process: Int, request: Int, Answer)
        case timer(process: Int, number: Int)
        case drained(process: Int, request: Int)
    }

    var generator: SeededGenerator
    var settings: LeaseMachine.Settings
    var time = 0.0
    var agenda: [(time: Double, order: Int, Happening)] = []
    var order = 0
    var lease: LeaseRecord?
    var version = 0
    var processes: [Process] = []
    var faults = true

    var starts = 0
    var terms: [Int] = []
    var overlaps = 0
    var losses = 0
    var releases = 0
    /// Since when nobody may write.
    var leaderlessSince: Double?
    var longestWithout = 0.0

    init(seed: UInt64, candidates: Int = 2, settings: LeaseMachine.Settings = .init()) {
        generator = SeededGenerator(seed: seed)
        self.settings = settings
        for index in 0..<candidates {
            processes.append(fresh())
            perform(processes[index].machine.started(now: clock(of: index)), by: index)
        }
    }

    mutating func fresh() -> Process {
        starts += 1
        return Process(
            machine: LeaseMachine(identity: "p\(starts)", settings: settings, generator: generator.fork()),
            rate: Double.random(in: 0.95...1.05, using: &generator),
            offset: Double.random(in: 0...100_000, using: &generator),
            wallSkew: Double.random(in: -5_000...5_000, using: &generator))
    }

    func clock(of index: Int) -> Instant {
        Instant(sinceStart: .seconds(processes[index].offset + processes[index].rate * time))
    }

    func wall(of index: Int) -> Timestamp {
        Timestamp(secondsSinceEpoch: 1_800_000_000) + .seconds(processes[index].wallSkew + time)
    }

    mutating func schedule(_ happening: Happening, after delay: Double) {
        order += 1
        agenda.append((time + delay, order, happening))
    }

    /// The next thing happens.
    mutating func step() {
        if faults { disturb() }
        guard
            let next = agenda.indices.min(by: {
                (agenda[$0].time, agenda[$0].order) < (agenda[$1].time, agenda[$1].order)
            })
        else { return }
        let (due, _, happening) = agenda.remove(at: next)
        if let index = receiver(of: happening), processes[index].pausedUntil > due {
            // What comes in meanwhile is met in its order after the pause.
            order += 1
            agenda.append((processes[index].pausedUntil, order, happening))
            return
        }
        time = max(time, due)
        switch happening {
        case .arrives(let process, let request, let effect): arrive(process, request, effect)
        case .answer(let process, let request, let answer): deliver(answer, of: request, to: process)
        case .timer(let index, let number):
            guard processes[index].timer == number else { break }
            perform(processes[index].machine.timerFired(now: clock(of: index), wall: wall(of: index)), by: index)
        case .drained(let index, let start):
            guard processes[index].machine.identity == "p\(start)" else { break }
            perform(processes[index].machine.drained(now: clock(of: index), wall: wall(of: index)), by: index)
        }
        check()
    }

    private func receiver(of happening: Happening) -> Int? {
        switch happening {
        case .arrives: nil
        case .answer(let process, _, _), .timer(let process, _), .drained(let process, _): process
        }
    }

    /// Pauses, crashes and shutdowns.
    private mutating func disturb() {
        let index = Int.random(in: 0..<processes.count, using: &generator)
        switch Int.random(in: 0..<400, using: &generator) {
        case 0..<4: processes[index].pausedUntil = time + Double.random(in: 0.1...60, using: &generator)
        case 4: replace(index)
        case 5..<9:
            let start = Int(processes[index].machine.identity.dropFirst()) ?? 0
            perform(processes[index].machine.shutdownRequested(), by: index)
            schedule(.drained(process: index, request: start), after: Double.random(in: 0...15, using: &generator))
        default: break
        }
    }

    /// A new process in the place of an old one.
    private mutating func replace(_ index: Int) {
        let (timer, request) = (processes[index].timer, processes[index].request)
        processes[index] = fresh()
        processes[index].timer = timer + 1
        processes[index].request = request + 1
        perform(processes[index].machine.started(now: clock(of: index)), by: index)
    }

    private mutating func delay() -> Double {
        guard faults else { return Double.random(in: 0...0.05, using: &generator) }
        return Int.random(in: 0..<8, using: &generator) == 0
            ? Double.random(in: 0...40, using: &generator) : Double.random(in: 0...1, using: &generator)
    }

    private mutating func perform(_ effects: [LeaseMachine.Effect], by index: Int) {
        for effect in effects {
            switch effect {
            case .readLease(let timeout), .createLease(_, let timeout), .updateLease(_, _, let timeout),
                .releaseLease(_, _, let timeout):
                processes[index].request += 1
                let request = processes[index].request
                if case .releaseLease = effect { releases += 1 }
                schedule(.arrives(process: index, request: request, effect: effect), after: delay())
                var isRead = false
                if case .readLease = effect { isRead = true }
                schedule(
                    .answer(process: index, request: request, .timeout(isRead: isRead)),
                    after: timeout.inSeconds / processes[index].rate)
            case .setTimer(let due):
                processes[index].timer += 1
                let wait = (due - clock(of: index)).inSeconds / processes[index].rate
                schedule(.timer(process: index, number: processes[index].timer), after: max(0, wait) + 0.000_001)
            case .becameLeader(let term):
                terms.append(term)
            case .lostLeadership:
                losses += 1
            case .finished:
                replace(index)
            }
        }
    }

    private mutating func arrive(_ process: Int, _ request: Int, _ effect: LeaseMachine.Effect) {
        var answer = Answer.conflict
        switch effect {
        case .readLease: answer = lease.map { .record($0, "\(version)") } ?? .notFound
        case .createLease(let record, _) where lease == nil: answer = write(record)
        case .updateLease(let record, "\(version)", _), .releaseLease(let record, "\(version)", _):
            if lease != nil { answer = write(record) }
        default: break
        }
        if faults, Int.random(in: 0..<8, using: &generator) == 0 { return }
        schedule(.answer(process: process, request: request, answer), after: delay())
    }

    private mutating func write(_ record: LeaseRecord) -> Answer {
        if lease != record { version += 1 }
        lease = record
        return .written("\(version)")
    }

    /// The first of an answer and the timeout is reported.
    private mutating func deliver(_ answer: Answer, of request: Int, to index: Int) {
        guard processes[index].request == request else { return }
        processes[index].request += 1
        let (now, wall) = (clock(of: index), wall(of: index))
        let effects =
            switch answer {
            case .record(let record, let version):
                processes[index].machine.observed(record, resourceVersion: version, now: now, wall: wall)
            case .notFound: processes[index].machine.notFound(now: now, wall: wall)
            case .written(let version):
                processes[index].machine.writeSucceeded(resourceVersion: version, now: now, wall: wall)
            case .conflict: processes[index].machine.writeConflicted(now: now)
            case .timeout(let isRead):
                isRead
                    ? processes[index].machine.readFailed(now: now) : processes[index].machine.writeFailed(now: now)
            }
        perform(effects, by: index)
    }

    /// The law: at most one process may write, also while it is paused.
    private mutating func check() {
        let open = processes.indices.count { processes[$0].machine.gate.permit(now: clock(of: $0)) != nil }
        if open > 1 { overlaps += 1 }
        if open > 0 {
            leaderlessSince = nil
        } else {
            let since = leaderlessSince ?? time
            leaderlessSince = since
            longestWithout = max(longestWithout, time - since)
        }
    }
}

@Suite struct `Lease machine: random walk` {
    @Test(arguments: UInt64(1)...16) func `two never lead at the same time, and terms only grow`(seed: UInt64) {
        var world = LeaseWorld(seed: seed, candidates: seed % 2 == 0 ? 2 : 3)
        for step in 0..<10_000 {
            world.step()
            if world.overlaps > 0 {
                Issue.record("seed \(seed), step \(step): two leaders at \(world.time) s")
                return
            }
        }
        #expect(zip(world.terms, world.terms.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed): \(world.terms)")
        #expect(world.terms.count > 20 && world.losses > 5 && world.releases > 5, "seed \(seed): too tame")
        // Once the network is good again there is a leader, and it stays.
        world.faults = false
        let end = world.time + 200
        while world.time < end { world.step() }
        world.longestWithout = 0
        let terms = world.terms.count
        while world.time < end + 600 { world.step() }
        #expect(world.terms.count == terms && world.longestWithout == 0, "seed \(seed)")
    }

    @Test func `the walk finds two leaders when the deadline is longer than the lease`() {
        var settings = LeaseMachine.Settings()
        settings.renewDeadline = .seconds(45)
        let found = (UInt64(1)...16).count { seed in
            var world = LeaseWorld(seed: seed, settings: settings)
            for _ in 0..<8_000 where world.overlaps == 0 { world.step() }
            return world.overlaps > 0
        }
        #expect(found > 8)
    }
}
