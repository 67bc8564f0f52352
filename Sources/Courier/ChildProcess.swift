// SPDX-License-Identifier: Apache-2.0
import ChildProcesses
import Glibc

/// How a program ended, and what it cost.
struct ProcessEnd {
    enum Cause: Equatable {
        case exited(Int32)
        case signalled(Int32)
        /// Killed by us when its time was over.
        case timedOut
        /// Killed by us because the courier itself must end.
        case interrupted
    }

    var cause: Cause
    var stderr: StderrTail
    /// The largest resident size, in bytes, of the program or one that it has waited for (`ru_maxrss`). Never less than what
    /// we had ourselves when it was started, because until then it shared our memory.
    var peakMemoryBytes: Int64
}

/// A program in a process group of its own, whose stderr is read. It gets no stdin, and no way to our stdout.
struct ChildProcess {
    private let identifier: pid_t
    private let stderr: Int32

    init(command: [String], environment: [String: String]) throws(SpawnError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SpawnError(number: errno) }
        let (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(writing) }
        do throws(SpawnError) {
            identifier = try ProcessLaunch(command: command, environment: environment, stderr: writing).start()
        } catch {
            close(reading)
            throw error
        }
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        stderr = reading
    }

    /// Reads stderr until the program has ended. Its whole group is killed then, and earlier when `deadline` passes or
    /// `isInterrupted` says so: nothing that it started may live on, hold the pipe or touch its report.
    consuming func wait(until deadline: ContinuousClock.Instant?, isInterrupted: () -> Bool) -> ProcessEnd {
        var tail = StderrTail()
        var killedBecause: ProcessEnd.Cause?
        while !StartedProcess.hasEnded(identifier) {
            awaitOutput()
            drain(into: &tail)
            guard killedBecause == nil else { continue }
            if isInterrupted() {
                killedBecause = .interrupted
            } else if let deadline, ContinuousClock.now >= deadline {
                killedBecause = .timedOut
            }
            if killedBecause != nil { kill(-identifier, SIGKILL) }
        }
        let (ended, usage) = StartedProcess.reap(identifier)
        drain(into: &tail)
        close(stderr)
        let status = ended ?? 0
        let signal = status & 0x7F
        // Without its status (somebody else reaped it) it has not succeeded.
        let code = ended == nil ? -1 : status >> 8 & 0xFF
        let cause = signal == 0 ? ProcessEnd.Cause.exited(code) : .signalled(signal)
        // One that ended by itself at the last moment has ended by itself.
        return ProcessEnd(
            cause: signal == SIGKILL ? killedBecause ?? cause : cause, stderr: tail,
            peakMemoryBytes: Int64(usage.ru_maxrss) * 1024)
    }

    /// Until there is output, or for a moment: what a grandchild keeps open says nothing about the program.
    private func awaitOutput() {
        var descriptor = pollfd(fd: stderr, events: Int16(POLLIN), revents: 0)
        let ready = poll(&descriptor, 1, 50)
        // A closed pipe is always ready; the program will follow.
        if ready > 0, descriptor.revents & Int16(POLLIN) == 0 { usleep(2_000) }
    }

    /// All that is there, without waiting; bounded, so that a program that never stops writing cannot hold us.
    private func drain(into tail: inout StderrTail) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        for _ in 0..<64 {
            let count = read(stderr, &buffer, buffer.count)
            guard count > 0 else { return }
            tail.append(buffer[..<count])
        }
    }
}
