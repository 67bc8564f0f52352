// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Testing

private let wall = Timestamp(secondsSinceEpoch: 1_800_000_000)
private let five = Duration.seconds(5)

extension LeaseMachine {
    init(_ identity: String = "me") {
        self.init(identity: identity, generator: SeededGenerator(seed: 1))
    }

    /// A leader of term 1 whose lease was created by a request at 0 s.
    static func leader() -> LeaseMachine {
        var machine = LeaseMachine()
        _ = machine.started(now: at(0))
        _ = machine.notFound(now: at(0), wall: wall)
        _ = machine.writeSucceeded(resourceVersion: "1", now: at(1), wall: wall)
        return machine
    }

    mutating func sees(_ record: LeaseRecord, _ version: String = "9", at seconds: Double) -> [Effect] {
        observed(record, resourceVersion: version, now: at(seconds), wall: wall)
    }

    mutating func fires(at seconds: Double) -> [Effect] {
        timerFired(now: at(seconds), wall: wall + .seconds(seconds))
    }

    /// The next read's answer, a second after the next timer.
    mutating func readsAgain(_ record: LeaseRecord, at seconds: Double) -> [Effect] {
        _ = fires(at: seconds)
        return sees(record, at: seconds)
    }
}

extension [LeaseMachine.Effect] {
    /// The record that is created or written.
    var written: LeaseRecord? {
        for effect in self {
            switch effect {
            case .createLease(let record, _), .updateLease(let record, _, _), .releaseLease(let record, _, _):
                return record
            default: continue
            }
        }
        return nil
    }

    var term: Int? {
        for case .becameLeader(let term) in self { return term }
        return nil
    }
}

@Suite struct `Lease machine` {
    @Test func `story: creates, leads, renews, drains, releases`() {
        var machine = LeaseMachine()
        #expect(machine.started(now: at(0)) == [.readLease(timeout: five)])
        let record = machine.notFound(now: at(0), wall: wall).written
        #expect(record?.holder == "me" && record?.durationSeconds == 30 && record?.transitions == 1)
        #expect(machine.gate == .closed)
        let effects = machine.writeSucceeded(resourceVersion: "1", now: at(2), wall: wall)
        #expect(effects == [.becameLeader(term: 1), .setTimer(at: at(5))])
        #expect(machine.gate.permit(now: at(2)) == .seconds(18), "counted from the request's start")
        #expect(machine.fires(at: 5).written?.renewTime == wall + five)
        #expect(machine.writeSucceeded(resourceVersion: "2", now: at(6), wall: wall) == [.setTimer(at: at(10))])
        #expect(machine.shutdownRequested().isEmpty && machine.gate.permit(now: at(6)) == .seconds(19))
        let released = machine.drained(now: at(7), wall: wall)
        #expect(released.written?.holder == "" && machine.gate.permit(now: at(7)) == nil)
        #expect(machine.writeSucceeded(resourceVersion: "3", now: at(8), wall: wall) == [.finished])
    }

    @Test func `a live lease is respected until it has not changed for its duration on our clock`() {
        var machine = LeaseMachine()
        let other = LeaseRecord(
            holder: "other", renewTime: wall + .seconds(-9_999), durationSeconds: 30, transitions: 7)
        _ = machine.started(now: at(0))
        #expect(machine.sees(other, at: 1).written == nil, "an old time in it means nothing: clocks differ")
        var renewed = other
        renewed.renewTime = wall
        #expect(machine.readsAgain(renewed, at: 20).written == nil)
        #expect(machine.readsAgain(renewed, at: 49.9).written == nil)
        let claim = machine.readsAgain(renewed, at: 50)
        #expect(claim.written?.holder == "me" && claim.written?.transitions == 8)
        #expect(machine.writeSucceeded(resourceVersion: "10", now: at(51), wall: wall).term == 8)
    }

    @Test func `followers look again every five seconds or so, and when the lease runs out`() {
        var machine = LeaseMachine()
        let other = LeaseRecord(holder: "other", durationSeconds: 30)
        _ = machine.started(now: at(0))
        for case .setTimer(let due) in machine.sees(other, at: 0) { #expect(due >= at(4) && due <= at(6)) }
        #expect(machine.readsAgain(other, at: 29) == [.setTimer(at: at(30))])
    }

    @Test(arguments: [(1, 30.0), (60, 60.0), (-5, 30.0), (Int.max, 3_600.0)])
    func `another's duration counts when it is longer than ours, within an hour`(_ seconds: Int, _ until: Double) {
        var machine = LeaseMachine()
        let other = LeaseRecord(holder: "other", durationSeconds: seconds, transitions: .max)
        _ = machine.started(now: at(0))
        _ = machine.sees(other, at: 0)
        #expect(machine.readsAgain(other, at: until - 0.1).written == nil)
        #expect(machine.readsAgain(other, at: until).written?.holder == "me")
    }

    @Test func `a released lease is taken at once, with a new term`() {
        var machine = LeaseMachine()
        _ = machine.started(now: at(0))
        let claim = machine.sees(LeaseRecord(holder: "", durationSeconds: 1, transitions: 3), at: 0)
        #expect(claim.written?.transitions == 4)
    }

    @Test func `a stranger under our own name is respected like any other`() {
        var machine = LeaseMachine()
        _ = machine.started(now: at(0))
        #expect(machine.sees(LeaseRecord(holder: "me", acquireTime: wall, transitions: 3), at: 0).written == nil)
    }

    @Test func `a claim whose answer was lost is found and claimed again`() throws {
        var machine = LeaseMachine()
        _ = machine.started(now: at(0))
        let claim = try #require(machine.notFound(now: at(0), wall: wall).written)
        #expect(machine.writeFailed(now: at(5)).term == nil && machine.gate == .closed)
        _ = machine.fires(at: 10)
        #expect(machine.sees(claim, at: 10).written?.transitions == 2)
        #expect(machine.writeSucceeded(resourceVersion: "2", now: at(11), wall: wall).term == 2)
    }

    @Test func `a claim that is confirmed after the deadline does not lead`() {
        var machine = LeaseMachine()
        _ = machine.started(now: at(0))
        _ = machine.notFound(now: at(0), wall: wall)
        let effects = machine.writeSucceeded(resourceVersion: "1", now: at(20), wall: wall)
        #expect(effects.term == nil && effects.written?.transitions == 2 && machine.gate == .closed)
    }

    @Test func `a renewal whose outcome is unknown does not keep the gate open`() {
        var machine = LeaseMachine.leader()
        _ = machine.fires(at: 5)
        #expect(machine.writeFailed(now: at(10)) == [.setTimer(at: at(11))])
        #expect(machine.fires(at: 11) == [.readLease(timeout: five), .setTimer(at: at(20))])
        #expect(machine.readFailed(now: at(16)) == [.setTimer(at: at(17))])
        _ = machine.fires(at: 17)
        let effects = machine.fires(at: 20)
        #expect(effects.first == .lostLeadership(.renewDeadlinePassed) && machine.gate == .closed)
        #expect(machine.state == .following && machine.losses == 1)
    }

    @Test func `a leader that wakes up after its lease has lost, whatever answer was waiting`() {
        var renewing = LeaseMachine.leader()
        _ = renewing.fires(at: 5)
        let effects = renewing.writeSucceeded(resourceVersion: "2", now: at(60), wall: wall)
        #expect(effects.first == .lostLeadership(.renewDeadlinePassed) && renewing.gate.permit(now: at(60)) == nil)
        var resting = LeaseMachine.leader()
        #expect(resting.gate.permit(now: at(60)) == nil, "the gate needs no event to close")
        #expect(resting.fires(at: 60).first == .lostLeadership(.renewDeadlinePassed))
    }

    @Test func `a leadership that is found again has a new term`() throws {
        var machine = LeaseMachine.leader()
        let renewal = try #require(machine.fires(at: 5).written)
        _ = machine.fires(at: 20)
        _ = machine.writeFailed(now: at(21))
        _ = machine.fires(at: 27)
        #expect(machine.sees(renewal, at: 27).written?.transitions == 2)
        #expect(machine.writeSucceeded(resourceVersion: "3", now: at(28), wall: wall).term == 2)
    }

    @Test func `a leader that finds another holder, or no lease, has lost at once`() {
        var machine = LeaseMachine.leader()
        _ = machine.fires(at: 5)
        _ = machine.writeConflicted(now: at(6))
        let effects = machine.readsAgain(LeaseRecord(holder: "other", transitions: 2), at: 7)
        #expect(effects.first == .lostLeadership(.taken(by: "other")) && machine.gate == .closed)
        var bereft = LeaseMachine.leader()
        _ = bereft.fires(at: 5)
        _ = bereft.writeFailed(now: at(6))
        _ = bereft.fires(at: 7)
        #expect(bereft.notFound(now: at(7), wall: wall).first == .lostLeadership(.deleted))
    }

    @Test func `a deleted lease is not created anew while its holder may believe in it`() {
        var machine = LeaseMachine()
        _ = machine.started(now: at(0))
        _ = machine.sees(LeaseRecord(holder: "other", durationSeconds: 30, transitions: 5), at: 0)
        _ = machine.fires(at: 6)
        #expect(machine.notFound(now: at(6), wall: wall).written == nil)
        _ = machine.fires(at: 31)
        #expect(machine.notFound(now: at(31), wall: wall).written?.transitions == 6)
    }

    @Test func `renewals differ even when the wall clock stands or goes back`() {
        var machine = LeaseMachine.leader()
        var last = wall
        for round in 1...5 {
            let now = at(Double(round) * 5)
            let record = machine.timerFired(now: now, wall: wall + .seconds(-round)).written
            #expect(record?.renewTime.map { $0 > last } == true)
            last = record?.renewTime ?? last
            _ = machine.writeSucceeded(resourceVersion: "\(round)", now: now, wall: wall)
        }
    }

    @Test func `draining goes on renewing, and losing the lease ends it`() {
        var machine = LeaseMachine.leader()
        _ = machine.shutdownRequested()
        #expect(machine.fires(at: 5).written?.holder == "me")
        _ = machine.writeFailed(now: at(10))
        #expect(machine.fires(at: 20) == [.lostLeadership(.renewDeadlinePassed), .finished])
        #expect(machine.drained(now: at(21), wall: wall).isEmpty && machine.state == .stopped)
    }

    @Test func `the lease is released only after the renewal under way was answered`() throws {
        var machine = LeaseMachine.leader()
        _ = machine.shutdownRequested()
        let renewal = try #require(machine.fires(at: 5).written)
        #expect(machine.drained(now: at(6), wall: wall).isEmpty && machine.gate == .closed)
        #expect(machine.writeFailed(now: at(7)) == [.readLease(timeout: five)])
        #expect(machine.sees(renewal, at: 8).written?.holder == "")
        #expect(machine.writeConflicted(now: at(9)) == [.finished])
    }

    @Test func `shutting down during a claim gives back what it may have won`() throws {
        var machine = LeaseMachine()
        _ = machine.started(now: at(0))
        let claim = try #require(machine.notFound(now: at(0), wall: wall).written)
        #expect(machine.shutdownRequested().isEmpty)
        var lost = machine
        #expect(machine.writeSucceeded(resourceVersion: "1", now: at(1), wall: wall).written?.holder == "")
        #expect(lost.writeFailed(now: at(5)) == [.readLease(timeout: five)])
        #expect(lost.sees(claim, at: 6).written?.holder == "" && lost.gate == .closed)
    }

    @Test func `a follower shuts down at once`() {
        var machine = LeaseMachine()
        _ = machine.started(now: at(0))
        #expect(machine.shutdownRequested() == [.finished])
        #expect(machine.notFound(now: at(1), wall: wall).isEmpty && machine.fires(at: 60).isEmpty)
    }
}

@Suite struct `Write gate` {
    @Test func `is open for its window after the start of the renewal`() {
        let gate = WriteGate(renewedAt: at(10), window: .seconds(20), term: 3)
        #expect(gate.permit(now: at(10)) == .seconds(20) && gate.permit(now: at(29)) == .seconds(1))
        #expect(gate.permit(now: at(30)) == nil && gate.permit(now: at(500)) == nil)
        #expect(gate.permit(now: at(0)) == .seconds(20), "never more than the window")
        #expect(WriteGate.closed.permit(now: at(0)) == nil)
    }
}
