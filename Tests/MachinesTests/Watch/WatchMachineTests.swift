// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Testing

/// Seconds on the machine's clock.
func at(_ seconds: Double) -> Instant { Instant(sinceStart: .seconds(seconds)) }

extension WatchMachine {
    /// A machine whose watch from version 10 is exchange 2, opened at 0 s.
    static func watching(settings: Settings = Settings()) -> WatchMachine {
        var machine = WatchMachine(settings: settings, generator: SeededGenerator(seed: 7))
        _ = machine.started(now: .zero)
        _ = machine.pageReceived(exchange: 1, continueToken: nil, resourceVersion: "10", itemCount: 1, now: .zero)
        _ = machine.watchOpened(exchange: 2, now: .zero)
        return machine
    }

    /// Fires the timer when the machine waits, and returns what it does then.
    mutating func afterWaiting() throws -> [Effect] {
        switch state {
        case .waiting(let until, _), .blocked(_, let until): return timerFired(now: until)
        default:
            Issue.record("does not wait: \(state)")
            return []
        }
    }
}

@Suite struct `Watch machine` {
    @Test func `story: lists in pages, is synced, watches, goes on where the server stopped`() {
        var machine = WatchMachine(generator: SeededGenerator(seed: 1))
        #expect(machine.started(now: at(0)) == [.beginReplace, .fetchPage(.init(exchange: 1, limit: 500))])
        #expect(
            machine.pageReceived(exchange: 1, continueToken: "t", resourceVersion: "9", itemCount: 500, now: at(1))
                == [.fetchPage(.init(exchange: 2, continueToken: "t", limit: 500))])
        let effects = machine.pageReceived(
            exchange: 2, continueToken: "", resourceVersion: "9", itemCount: 3, now: at(2))
        #expect(effects.prefix(2) == [.commitReplace(version: "9"), .markSynced] && machine.isSynced)
        #expect(effects.contains(.setTimer(at: at(72))) && effects.opens == "9")
        #expect(machine.watchOpened(exchange: 3, now: at(3)).isEmpty)
        #expect(
            machine.eventReceived(exchange: 3, type: "ADDED", resourceVersion: "10", now: at(4)) == [.applyEvent])
        #expect(machine.bookmarkReceived(exchange: 3, resourceVersion: "12", now: at(64)) == [.advanceVersion("12")])
        #expect(machine.watchClosed(exchange: 3, now: at(400)).opens == "12")
    }

    @Test func `the watch's timeout is drawn from 290 to 600 seconds`() {
        var seen: Set<Int> = []
        for seed in 0..<200 {
            var machine = WatchMachine(generator: SeededGenerator(seed: UInt64(seed)))
            _ = machine.started(now: .zero)
            for case .openWatch(let request) in machine.pageReceived(
                exchange: 1, continueToken: nil, resourceVersion: "1", itemCount: 0, now: .zero)
            {
                seen.insert(request.timeoutSeconds)
            }
        }
        #expect(seen.allSatisfy { (290...600).contains($0) } && seen.count > 100)
    }

    struct Gone: CustomTestStringConvertible {
        var testDescription: String
        var refusal: APIRefusal
    }

    static let goneForms = [
        Gone(testDescription: "code only", refusal: APIRefusal(code: 410)),
        Gone(testDescription: "Expired", refusal: APIRefusal(code: 410, reason: "Expired")),
        Gone(testDescription: "Gone", refusal: APIRefusal(code: 410, reason: "Gone")),
        Gone(testDescription: "reason only", refusal: APIRefusal(code: 0, reason: "Gone")),
    ]

    @Test(arguments: goneForms) func `410 to a watch request lists not older than what was seen`(_ gone: Gone) throws {
        var machine = WatchMachine.watching()
        let effects = machine.watchFailed(exchange: 2, .refused(gone.refusal), now: at(1))
        #expect(effects.onlyTimer && machine.restarts == [.expired: 1])
        let list = try machine.afterWaiting()
        #expect(
            list == [
                .beginReplace,
                .fetchPage(
                    .init(exchange: 3, resourceVersion: "10", resourceVersionMatch: "NotOlderThan", limit: 500)),
            ])
    }

    @Test(arguments: goneForms) func `410 as an event closes the watch and lists`(_ gone: Gone) throws {
        var machine = WatchMachine.watching()
        let effects = machine.errorReceived(exchange: 2, gone.refusal, now: at(1))
        #expect(effects.first == .closeWatch(exchange: 2) && effects.count == 2)
        #expect(machine.watchClosed(exchange: 2, now: at(1)).isEmpty, "what the cancelled watch reports is ignored")
        #expect(try machine.afterWaiting().first == .beginReplace)
    }

    @Test(arguments: goneForms) func `410 to a list not older than ours asks for the most recent`(_ gone: Gone) throws {
        var machine = WatchMachine.watching()
        _ = machine.watchFailed(exchange: 2, .refused(gone.refusal), now: at(1))
        _ = try machine.afterWaiting()
        #expect(machine.listFailed(exchange: 3, .refused(gone.refusal), now: at(3)).first == .discardReplace)
        #expect(try machine.afterWaiting() == [.beginReplace, .fetchPage(.init(exchange: 4, limit: 500))])
    }

    @Test(arguments: goneForms) func `410 on page two starts again, and in the end without pages`(_ gone: Gone) throws {
        var machine = WatchMachine(generator: SeededGenerator(seed: 3))
        _ = machine.started(now: .zero)
        var limits: [Int?] = []
        for round in 0..<3 {
            _ = machine.pageReceived(
                exchange: round * 2 + 1, continueToken: "t", resourceVersion: "5", itemCount: 500, now: .zero)
            let effects = machine.listFailed(exchange: round * 2 + 2, .refused(gone.refusal), now: .zero)
            #expect(effects.first == .discardReplace)
            for case .fetchPage(let request) in try machine.afterWaiting() {
                #expect(request.continueToken == nil && request.resourceVersion == nil)
                limits.append(request.limit)
            }
        }
        #expect(limits == [500, nil, nil])
        #expect(!machine.isSynced)
    }

    @Test func `a version the server has not reached leads to the most recent list`() throws {
        let tooLarge = APIRefusal(code: 504, reason: "Timeout", causes: ["ResourceVersionTooLarge"])
        var machine = WatchMachine.watching()
        _ = machine.watchFailed(exchange: 2, .refused(tooLarge), now: at(1))
        #expect(try machine.afterWaiting() == [.beginReplace, .fetchPage(.init(exchange: 3, limit: 500))])
        #expect(machine.restarts == [.versionTooLarge: 1])
    }

    static let transient: [(RequestFailure, WatchMachine.Restart)] = [
        (.unreachable, .unreachable), (.interrupted, .interrupted), (.refused(.init(code: 429)), .throttled),
        (.refused(.init(code: 500)), .serverError), (.refused(.init(code: 503)), .serverError),
        (.refused(.init(code: 504)), .serverError),
    ]

    @Test(arguments: transient) func `a passing failure watches on without a list`(
        _ failure: RequestFailure, _ reason: WatchMachine.Restart
    ) throws {
        var machine = WatchMachine.watching()
        _ = machine.bookmarkReceived(exchange: 2, resourceVersion: "11", now: at(1))
        #expect(machine.watchFailed(exchange: 2, failure, now: at(2)).onlyTimer)
        #expect(machine.restarts == [reason: 1])
        #expect(try machine.afterWaiting().opens == "11")
    }

    @Test(arguments: transient) func `a passing failure asks for the same page again and keeps the others`(
        _ failure: RequestFailure, _ reason: WatchMachine.Restart
    ) throws {
        var machine = WatchMachine(generator: SeededGenerator(seed: 5))
        _ = machine.started(now: .zero)
        _ = machine.pageReceived(exchange: 1, continueToken: "t", resourceVersion: "5", itemCount: 500, now: .zero)
        #expect(machine.listFailed(exchange: 2, failure, now: .zero).onlyTimer)
        #expect(
            try machine.afterWaiting() == [.fetchPage(.init(exchange: 3, continueToken: "t", limit: 500))])
    }

    @Test func `Retry-After is honoured up to five minutes`() {
        for (asked, expected) in [(5.0, 6.0), (32, 33), (1e9, 301)] {
            var machine = WatchMachine.watching()
            let refusal = APIRefusal(code: 429, retryAfter: .seconds(asked))
            #expect(machine.watchFailed(exchange: 2, .refused(refusal), now: at(1)) == [.setTimer(at: at(expected))])
        }
    }

    static let blockages: [(Int, WatchMachine.Blockage)] = [
        (401, .unauthorized), (403, .forbidden), (404, .absent), (405, .absent),
    ]

    @Test(arguments: blockages) func `a kind that cannot be read is visible and tried again`(
        _ code: Int, _ blockage: WatchMachine.Blockage
    ) throws {
        var machine = WatchMachine(generator: SeededGenerator(seed: 5))
        _ = machine.started(now: .zero)
        var waits: [Duration] = []
        var now = Instant.zero
        for exchange in 1...40 {
            #expect(
                machine.listFailed(exchange: exchange, .refused(.init(code: code)), now: now).first == .discardReplace)
            #expect(machine.blockage == blockage && !machine.isSynced)
            guard case .blocked(_, let until) = machine.state else { return }
            waits.append(until - now)
            now = until
            #expect(try machine.afterWaiting().first == .beginReplace)
        }
        #expect(waits.allSatisfy { $0 <= .seconds(30) } && waits[0] <= .milliseconds(800))
        #expect(waits.contains { $0 > .seconds(20) })
    }

    @Test func `back-off starts afresh after two good minutes`() throws {
        var machine = WatchMachine.watching()
        for _ in 0..<10 {
            guard case .watching = machine.state else { break }
            _ = machine.watchFailed(exchange: machine.openExchange, .interrupted, now: at(1))
            _ = try machine.afterWaiting()
            _ = machine.watchOpened(exchange: machine.openExchange, now: at(1))
        }
        #expect(machine.wait(afterFailureAt: 10) > .seconds(3))
        _ = machine.timerFired(now: at(50))
        #expect(machine.wait(afterFailureAt: 131) <= .milliseconds(800))
    }

    @Test func `a watch that ends at once without an event is a failure, a longer one is not`() throws {
        var machine = WatchMachine.watching()
        #expect(machine.watchClosed(exchange: 2, now: at(0.5)).onlyTimer && machine.restarts == [.short: 1])
        var patient = WatchMachine.watching()
        #expect(patient.watchClosed(exchange: 2, now: at(1.5)).opens == "10" && patient.restarts == [.closed: 1])
        var busy = WatchMachine.watching()
        _ = busy.eventReceived(exchange: 2, type: "MODIFIED", resourceVersion: "11", now: at(0.1))
        #expect(busy.watchClosed(exchange: 2, now: at(0.5)).opens == "11")
    }

    @Test func `silence reopens the watch, signs of life put that off`() {
        var machine = WatchMachine.watching()
        _ = machine.bookmarkReceived(exchange: 2, resourceVersion: "10", now: at(60))
        #expect(machine.timerFired(now: at(70)) == [.setTimer(at: at(130))])
        let effects = machine.timerFired(now: at(130))
        #expect(effects.first == .closeWatch(exchange: 2) && effects.opens == "10")
        #expect(machine.restarts == [.silent: 1])
        #expect(machine.timerFired(now: at(200)).opens == "10", "an unanswered watch request is silence too")
    }

    @Test func `unknown event types and older versions are ignored and counted`() {
        var machine = WatchMachine.watching()
        #expect(machine.eventReceived(exchange: 2, type: "RENAMED", resourceVersion: "11", now: at(1)).isEmpty)
        #expect(machine.eventReceived(exchange: 2, type: "ADDED", resourceVersion: "9", now: at(1)).isEmpty)
        #expect(machine.bookmarkReceived(exchange: 2, resourceVersion: "9", now: at(1)).isEmpty)
        #expect(machine.version == "10" && machine.ignoredOlder == 2 && machine.ignoredTypes == 1)
        #expect(
            machine.eventReceived(exchange: 2, type: "DELETED", resourceVersion: "10", now: at(1)) == [.applyEvent])
        #expect(machine.eventReceived(exchange: 2, type: "ADDED", resourceVersion: "", now: at(1)) == [.applyEvent])
        #expect(machine.version == "10")
    }

    @Test func `versions that stay below ours lead to a list`() throws {
        var machine = WatchMachine.watching()
        for _ in 0..<2 { _ = machine.eventReceived(exchange: 2, type: "ADDED", resourceVersion: "3", now: at(1)) }
        let effects = machine.eventReceived(exchange: 2, type: "ADDED", resourceVersion: "4", now: at(1))
        #expect(effects.first == .closeWatch(exchange: 2))
        #expect(try machine.afterWaiting() == [.beginReplace, .fetchPage(.init(exchange: 3, limit: 500))])
        _ = machine.pageReceived(exchange: 3, continueToken: nil, resourceVersion: "4", itemCount: 1, now: at(9))
        #expect(machine.version == "4")
    }

    @Test func `server errors for more than a minute lead to a list`() throws {
        var machine = WatchMachine.watching()
        var now = at(1)
        for _ in 0..<100 {
            _ = machine.watchFailed(exchange: machine.openExchange, .refused(.init(code: 500)), now: now)
            guard case .waiting(let until, let next) = machine.state else { break }
            if case .list(let source) = next {
                #expect(now > at(61) && source == .notOlderThan("10"))
                return
            }
            now = until
            _ = try machine.afterWaiting()
        }
        Issue.record("never listed")
    }

    @Test func `continue tokens that come round and pages that stay empty end the list`() throws {
        var machine = WatchMachine(generator: SeededGenerator(seed: 5))
        _ = machine.started(now: .zero)
        _ = machine.pageReceived(exchange: 1, continueToken: "t", resourceVersion: "5", itemCount: 1, now: .zero)
        let repeated = machine.pageReceived(
            exchange: 2, continueToken: "t", resourceVersion: "5", itemCount: 1, now: .zero)
        #expect(repeated.first == .discardReplace && machine.restarts == [.endlessPages: 1])
        _ = try machine.afterWaiting()
        var exchange = 3
        while case .listing = machine.state, exchange < 1_000 {
            _ = machine.pageReceived(
                exchange: exchange, continueToken: "t\(exchange)", resourceVersion: "5", itemCount: 0, now: .zero)
            exchange += 1
        }
        #expect(machine.restarts == [.endlessPages: 2] && exchange == 104)
    }

    @Test(arguments: ["", "0"]) func `a list without a version cannot be watched`(_ version: String) {
        var machine = WatchMachine(generator: SeededGenerator(seed: 5))
        _ = machine.started(now: .zero)
        _ = machine.pageReceived(exchange: 1, continueToken: nil, resourceVersion: version, itemCount: 1, now: .zero)
        #expect(machine.blockage == .unwatchable && !machine.isSynced)
    }

    @Test func `a stopped machine does nothing more`() {
        var machine = WatchMachine.watching()
        #expect(machine.stopped() == [.closeWatch(exchange: 2)])
        #expect(machine.eventReceived(exchange: 2, type: "ADDED", resourceVersion: "11", now: at(1)).isEmpty)
        #expect(machine.timerFired(now: at(900)).isEmpty && machine.started(now: at(900)).isEmpty)
    }
}

@Suite struct `Resource versions` {
    @Test(arguments: [
        ("9", "10", ResourceVersion.Order.older), ("10", "9", .newer), ("10", "10", .same), ("a", "a", .same),
        ("a", "b", .unknown), ("010", "10", .unknown), ("", "10", .unknown), ("0", "1", .unknown),
        ("99999999999999999999999999", "100000000000000000000000000", .older),
    ]) func `compare by length, then by digits`(_ left: String, _ right: String, _ order: ResourceVersion.Order) {
        #expect(ResourceVersion.order(of: left, to: right) == order)
    }

    @Test func `a version is reached by itself and by newer ones`() {
        #expect(ResourceVersion.isReached("9", by: "10") && ResourceVersion.isReached("x", by: "x"))
        #expect(!ResourceVersion.isReached("10", by: "9") && !ResourceVersion.isReached("x", by: "y"))
    }
}

extension [WatchMachine.Effect] {
    /// The version from which these effects open a watch.
    var opens: String? {
        for case .openWatch(let request) in self { return request.resourceVersion }
        return nil
    }

    /// True when these effects only wait.
    var onlyTimer: Bool {
        guard count == 1, case .setTimer = self[0] else { return false }
        return true
    }
}

extension WatchMachine {
    /// The exchange of the open watch; 0 when there is none.
    var openExchange: Int {
        switch state {
        case .opening(let stream), .watching(let stream): stream.exchange
        default: 0
        }
    }

    /// How long the machine waits when its watch breaks at this time.
    mutating func wait(afterFailureAt seconds: Double) -> Duration {
        _ = watchFailed(exchange: openExchange, .interrupted, now: at(seconds))
        guard case .waiting(let until, _) = state else { return .zero }
        return until - at(seconds)
    }
}
