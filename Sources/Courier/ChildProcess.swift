// SPDX-License-Identifier: Apache-2.0
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

/// Why a program could not be started.
struct SpawnError: Error {
    var number: Int32
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
        var identifier: pid_t = 0
        let failure = Self.spawn(&identifier, command, environment, stderr: writing)
        guard failure == 0 else {
            close(reading)
            throw SpawnError(number: failure)
        }
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        self.identifier = identifier
        stderr = reading
    }

    private static func spawn(
        _ identifier: inout pid_t, _ command: [String], _ environment: [String: String], stderr: Int32
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, stderr, STDERR_FILENO)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        return withCStrings(command) { arguments in
            withCStrings(environment.map { "\($0)=\($1)" }) { variables in
                guard let program = arguments[0] else { return ENOENT }
                return posix_spawnp(&identifier, program, &actions, &attributes, arguments, variables)
            }
        }
    }

    /// Reads stderr until the program has ended. Its whole group is killed then, and earlier when `deadline` passes or
    /// `isInterrupted` says so: nothing that it started may live on, hold the pipe or touch its report.
    consuming func wait(until deadline: ContinuousClock.Instant?, isInterrupted: () -> Bool) -> ProcessEnd {
        var tail = StderrTail()
        var killedBecause: ProcessEnd.Cause?
        while !hasEnded() {
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
        // It is not reaped yet, so its number, and that of the group, is nobody else's.
        kill(-identifier, SIGKILL)
        var status: Int32 = 0
        var usage = rusage()
        var reaped: pid_t
        repeat { reaped = wait4(identifier, &status, 0, &usage) } while reaped < 0 && errno == EINTR
        drain(into: &tail)
        close(stderr)
        let signal = status & 0x7F
        // Without its status (somebody else reaped it) it has not succeeded.
        let code = reaped == identifier ? status >> 8 & 0xFF : -1
        let cause = signal == 0 ? ProcessEnd.Cause.exited(code) : .signalled(signal)
        // One that ended by itself at the last moment has ended by itself.
        return ProcessEnd(
            cause: signal == SIGKILL ? killedBecause ?? cause : cause, stderr: tail,
            peakMemoryBytes: Int64(usage.ru_maxrss) * 1024)
    }

    /// Whether the program itself has ended; it is not reaped.
    private func hasEnded() -> Bool {
        var info = siginfo_t()
        let result = waitid(P_PID, id_t(identifier), &info, WEXITED | WNOHANG | WNOWAIT)
        if result != 0 { return errno != EINTR }
        return info.si_signo == SIGCHLD
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

/// Lends `strings` as the null-terminated array that C wants.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { buffer in
        // An array that has just got an element has an address.
        buffer.baseAddress.map(body) ?? withUnsafePointer(to: nil) { body($0) }
    }
}
