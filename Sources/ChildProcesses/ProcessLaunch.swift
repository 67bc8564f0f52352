// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Why a program could not be started.
package struct SpawnError: Error, Hashable, Sendable {
    /// An `errno`.
    package var number: Int32

    package init(number: Int32) { self.number = number }
}

/// A program to start in a process group of its own, without stdin, with signals as they are by default.
package struct ProcessLaunch: Sendable {
    /// The program, found along our own `PATH` when it has no slash, and its arguments.
    package var command: [String]
    package var environment: [String: String]
    /// Where its output goes; nil for nowhere.
    package var stdout: Int32?
    package var stderr: Int32?
    /// More descriptors of ours that it gets, under the same numbers.
    package var descriptors: [Int32]

    package init(
        command: [String], environment: [String: String], stdout: Int32? = nil, stderr: Int32? = nil,
        descriptors: [Int32] = []
    ) {
        self.command = command
        self.environment = environment
        self.stdout = stdout
        self.stderr = stderr
        self.descriptors = descriptors
    }

    /// Starts it and answers with its number, which is that of its group too.
    package func start() throws(SpawnError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (target, source) in [(STDOUT_FILENO, stdout), (STDERR_FILENO, stderr)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_WRONLY, 0)
            }
        }
        // Onto itself: that takes the mark away that would close it.
        for descriptor in descriptors { posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor) }
        // All others are ours alone: libraries open sockets without the mark that closes them.
        for descriptor in (STDERR_FILENO + 1)...Self.lastDescriptor() where !descriptors.contains(descriptor) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

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

        var identifier: pid_t = 0
        let failure = withCStrings(command) { arguments in
            withCStrings(environment.map { "\($0)=\($1)" }) { variables in
                guard let program = arguments[0] else { return ENOENT }
                return posix_spawnp(&identifier, program, &actions, &attributes, arguments, variables)
            }
        }
        if failure != 0 { throw SpawnError(number: failure) }
        return identifier
    }

    /// No descriptor is higher, nor will be when the program starts: what other threads open meanwhile takes the lowest free
    /// numbers, and they are not that many. (`closefrom` is hidden from Swift.)
    private static func lastDescriptor() -> Int32 {
        guard let folder = opendir("/proc/self/fd") else { return 4_095 }
        defer { closedir(folder) }
        var highest = STDERR_FILENO
        while let entry = readdir(folder) {
            let number = withUnsafePointer(to: entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) { atoi($0) }
            }
            highest = max(highest, number)
        }
        return highest + 256
    }
}

/// A process that was started by us and is not reaped yet, so that its number is nobody else's.
package enum StartedProcess {
    /// Whether it has ended; it stays unreaped.
    package static func hasEnded(_ identifier: pid_t) -> Bool {
        var info = siginfo_t()
        let result = waitid(P_PID, id_t(identifier), &info, WEXITED | WNOHANG | WNOWAIT)
        if result != 0 { return errno != EINTR }
        return info.si_signo == SIGCHLD
    }

    /// Kills what is left of its group and reaps it: its `wait` status, nil when somebody else did, and what it cost.
    package static func reap(_ identifier: pid_t) -> (status: Int32?, usage: rusage) {
        kill(-identifier, SIGKILL)
        var status: Int32 = 0
        var usage = rusage()
        var reaped: pid_t
        repeat { reaped = wait4(identifier, &status, 0, &usage) } while reaped < 0 && errno == EINTR
        return (reaped == identifier ? status : nil, usage)
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
