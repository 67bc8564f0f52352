// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Testing

/// Performs a machine's effects against a simulated API server with faults, and keeps the copy a store would keep.
struct WatchWalk {
    var machine: WatchMachine
    var server = SimulatedKind()
    var generator: SeededGenerator
    var now = Instant.zero
    var faults = true

    var store: [String: Int] = [:]
    var staging: [String: Int]?
    var page: WatchMachine.PageRequest?
    var watch: (request: WatchMachine.WatchRequest, position: Int)?
    var timer: Instant?
    var syncs = 0
    var commits = 0
    var applied = 0
    /// What the machine did that no shell could do.
    var violations: [String] = []

    init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var settings = WatchMachine.Settings()
        settings.pageLimit = 3
        machine = WatchMachine(settings: settings, generator: generator.fork())
        self.generator = generator
        perform(machine.started(now: now), for: nil)
    }

    /// One thing happens.
    mutating func step() {
        let before = machine.version
        let commitsBefore = commits
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<25: server.write(using: &generator)
        case 25..<30 where faults: server.compact(using: &generator)
        case 30..<32 where faults: staleReport()
        case 32..<50: passTime()
        default: serve()
        }
        if commits == commitsBefore, ResourceVersion.order(of: machine.version, to: before) == .older {
            violations.append("the version went back from \(before) to \(machine.version)")
        }
    }

    private mutating func passTime() {
        now = now + .milliseconds(Int.random(in: 1...20_000, using: &generator))
        if let due = timer, due <= now {
            timer = nil
            perform(machine.timerFired(now: now), for: nil)
        }
    }

    /// Answers whatever is outstanding, or lets the timer fire.
    private mutating func serve() {
        if let request = page {
            page = nil
            servePage(request)
        } else if watch != nil {
            serveWatch()
        } else if let due = timer {
            timer = nil
            now = max(now, due)
            perform(machine.timerFired(now: now), for: nil)
        } else {
            violations.append("nothing is outstanding and no timer is set: \(machine.state)")
        }
    }

    private mutating func failure() -> RequestFailure? {
        guard faults, Int.random(in: 0..<4, using: &generator) == 0 else { return nil }
        return [
            .unreachable, .interrupted, .unreadable, .refused(.init(code: 429, retryAfter: .seconds(3))),
            .refused(.init(code: 500)), .refused(.init(code: 410, reason: "Expired")), .refused(.init(code: 403)),
            .refused(.init(code: 504, causes: ["ResourceVersionTooLarge"])), .refused(.init(code: 404)),
            .refused(.init(code: 422)),
        ].randomElement(using: &generator)
    }

    private mutating func servePage(_ request: WatchMachine.PageRequest) {
        let exchange = request.exchange
        if let failure = failure() {
            return perform(machine.listFailed(exchange: exchange, failure, now: now), for: nil)
        }
        switch server.list(request) {
        case .failure(let refusal):
            perform(machine.listFailed(exchange: exchange, .refused(refusal), now: now), for: nil)
        case .success(let answer):
            if staging == nil { violations.append("a page outside of a replacement") }
            staging?.merge(answer.items) { _, new in new }
            perform(
                machine.pageReceived(
                    exchange: exchange, continueToken: answer.continueToken, resourceVersion: "\(answer.version)",
                    itemCount: answer.items.count, now: now), for: nil)
        }
    }

    private mutating func serveWatch() {
        guard let (request, position) = watch else { return }
        let exchange = request.exchange
        if let failure = failure() {
            watch = nil
            if case .refused(let refusal) = failure, Bool.random(using: &generator) {
                return perform(machine.errorReceived(exchange: exchange, refusal, now: now), for: nil)
            }
            return perform(machine.watchFailed(exchange: exchange, failure, now: now), for: nil)
        }
        guard position >= server.oldest else {
            watch = nil
            return perform(machine.errorReceived(exchange: exchange, .init(code: 410), now: now), for: nil)
        }
        switch Int.random(in: 0..<20, using: &generator) {
        case 0:
            watch = nil
            perform(machine.watchClosed(exchange: exchange, now: now), for: nil)
        case 1: perform(machine.watchOpened(exchange: exchange, now: now), for: nil)
        case 2:
            perform(
                machine.eventReceived(exchange: exchange, type: "UNHEARD-OF", resourceVersion: "999999", now: now),
                for: nil)
        default:
            guard let event = server.events.first(where: { $0.version > position }) else {
                return perform(
                    machine.bookmarkReceived(exchange: exchange, resourceVersion: "\(server.version)", now: now),
                    for: nil)
            }
            watch?.position = event.version
            perform(
                machine.eventReceived(
                    exchange: exchange, type: event.isDeletion ? "DELETED" : "MODIFIED",
                    resourceVersion: "\(event.version)", now: now), for: event)
        }
    }

    /// A report of an exchange that is over.
    private mutating func staleReport() {
        let current = max(page?.exchange ?? 0, watch?.request.exchange ?? 0)
        guard current > 1 else { return }
        let old = Int.random(in: 1..<current, using: &generator)
        let effects = [
            machine.watchClosed(exchange: old, now: now),
            machine.eventReceived(exchange: old, type: "ADDED", resourceVersion: "1000000", now: now),
            machine.listFailed(exchange: old, .interrupted, now: now),
            machine.pageReceived(exchange: old, continueToken: nil, resourceVersion: "1", itemCount: 0, now: now),
        ]
        if !effects.allSatisfy(\.isEmpty) { violations.append("acted on a report of the past") }
    }

    private mutating func perform(_ effects: [WatchMachine.Effect], for event: SimulatedKind.Event?) {
        for effect in effects {
            switch effect {
            case .beginReplace:
                if staging != nil { violations.append("a replacement inside a replacement") }
                staging = [:]
            case .fetchPage(let request):
                if page != nil || watch != nil { violations.append("two requests at once") }
                if request.continueToken != nil, request.resourceVersion != nil || request.resourceVersionMatch != nil {
                    violations.append("a continued page with a version")
                }
                if commits == 0, request.resourceVersion != nil { violations.append("the first list may be stale") }
                page = request
            case .commitReplace:
                guard let complete = staging else {
                    violations.append("nothing to commit")
                    continue
                }
                store = complete
                staging = nil
                commits += 1
            case .discardReplace:
                if staging == nil { violations.append("nothing to discard") }
                staging = nil
            case .markSynced:
                syncs += 1
            case .openWatch(let request):
                if page != nil || watch != nil { violations.append("two requests at once") }
                watch = Int(request.resourceVersion).map { (request, $0) }
            case .closeWatch(let exchange):
                if let open = watch, open.request.exchange != exchange { violations.append("closed another watch") }
                watch = nil
            case .applyEvent:
                guard let event else {
                    violations.append("no event to apply")
                    continue
                }
                store[event.name] = event.isDeletion ? nil : event.version
                applied += 1
            case .advanceVersion: break
            case .setTimer(let due): timer = due
            }
        }
    }
}

@Suite struct `Watch machine: random walk` {
    @Test(arguments: UInt64(1)...12) func `the copy never lies and always catches up`(seed: UInt64) {
        var walk = WatchWalk(seed: seed)
        for step in 0..<5_000 {
            walk.step()
            if !walk.violations.isEmpty { break }
            // What was seen must be exactly what the server had at that version.
            if walk.machine.isSynced, case .watching = walk.machine.state, let version = Int(walk.machine.version) {
                let expected = walk.server.content(at: version)
                #expect(expected == nil || walk.store == expected, "seed \(seed), step \(step)")
                if expected != nil, walk.store != expected { break }
            }
        }
        #expect(walk.violations.isEmpty, "seed \(seed)")
        walk.faults = false
        for _ in 0..<2_000 { walk.step() }
        for _ in 0..<500 where walk.store != walk.server.objects { walk.settle() }
        #expect(walk.store == walk.server.objects, "seed \(seed): \(walk.machine.state)")
        #expect(walk.syncs == 1 && walk.commits > 10 && walk.applied > 100, "seed \(seed): the walk was too tame")
        #expect(walk.violations.isEmpty, "seed \(seed)")
    }
}

extension WatchWalk {
    /// Serves without writing.
    mutating func settle() { serve() }
}
