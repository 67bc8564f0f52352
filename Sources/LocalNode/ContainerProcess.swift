// SPDX-License-Identifier: Apache-2.0
import ChildProcesses
import ControllerRuntime
import Essentials
import Glibc
import JSONScan
import Workloads

/// One container while it runs: bubblewrap, which ends with us, and in it the container's program.
struct ContainerProcess {
    /// What the container must keep to, and where its output goes.
    struct Limits {
        /// Nil for as much as there is.
        var memory: Int64?
        var grace: Duration
    }

    /// What ended it, when it was not its own doing.
    enum Cause { case memory, processes, stopped }

    struct End {
        var exitCode: Int
        var cause: Cause?
        /// What bubblewrap itself had to say, when it could not start the program.
        var startProblem: String?
        var tail: [UInt8]
    }

    static let processLimit = 1_024
    private let identifier: pid_t
    private let output: Pipe
    private let errors: Pipe
    private let info: Pipe
    private let clock: any RuntimeClock

    /// Starts it.
    static func start(
        _ arguments: BubblewrapArguments, scratch: String, environment: [String: String], clock: any RuntimeClock
    ) async throws(SpawnError) -> ContainerProcess {
        let result = await SpawnThread.shared.run { () -> Result<ContainerProcess, SpawnError> in
            do throws(SpawnError) {
                return .success(
                    try ContainerProcess(arguments, scratch: scratch, environment: environment, clock: clock))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(
        _ arguments: BubblewrapArguments, scratch: String, environment: [String: String], clock: any RuntimeClock
    ) throws(SpawnError) {
        self.clock = clock
        let words = try Self.unnamedFile(arguments.bytes, in: scratch)
        defer { close(words) }
        let (output, errors, info) = (try Pipe(), try Pipe(), try Pipe())
        defer { for pipe in [output, errors, info] { close(pipe.writing) } }
        let launch = ProcessLaunch(
            command: [
                "prlimit", "--core=0", "--fsize=\(8 << 30)", "--", "bwrap", "--args",
                "\(words)", "--info-fd", "\(info.writing)", "--",
            ] + arguments.command,
            environment: environment, stdout: output.writing, stderr: errors.writing,
            descriptors: [words, info.writing])
        do throws(SpawnError) {
            identifier = try launch.start()
        } catch {
            for pipe in [output, errors, info] { close(pipe.reading) }
            throw error
        }
        (self.output, self.errors, self.info) = (output, errors, info)
    }

    /// A file that has no name, with `bytes` in it.
    private static func unnamedFile(_ bytes: [UInt8], in folder: String) throws(SpawnError) -> Int32 {
        var template = Array("\(folder)/arguments-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw SpawnError(number: errno) }
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        unlink(template)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let number = errno
                close(file)
                throw SpawnError(number: number)
            }
            rest = rest.dropFirst(count)
        }
        lseek(file, 0, SEEK_SET)
        return file
    }

    // MARK: Until it ends

    /// Reads its output until it has ended. `isStopped` is asked all the time: when it says so, the program gets SIGTERM, and
    /// SIGKILL after its grace.
    func wait(
        log: inout LogFile, limits: Limits, isStopped: () -> Duration?
    ) async -> End {
        var program: pid_t?
        var told: [UInt8] = []
        var cause: Cause?
        var killAt: Instant?
        var isAsked = false
        var nextMeasure = clock.instant()
        var pause = Duration.milliseconds(2)
        while !StartedProcess.hasEnded(identifier) {
            let hadOutput = drain(into: &log)
            let now = clock.instant()
            if program == nil { program = readProgram(&told) }
            if cause == nil, let grace = isStopped() {
                cause = .stopped
                killAt = now + min(grace, limits.grace)
            }
            if cause == .stopped, !isAsked, let program {
                isAsked = true
                kill(program, SIGTERM)
            }
            if let killAt, now >= killAt { end(program) }
            if cause == nil, let program, now >= nextMeasure {
                nextMeasure = now + .milliseconds(100)
                let tree = ProcessTree(below: program, limit: Self.processLimit + 1)
                if tree.count > Self.processLimit { cause = .processes }
                if let most = limits.memory, tree.memory > most { cause = .memory }
                if cause != nil { end(program) }
            }
            pause = hadOutput ? .milliseconds(2) : min(pause * 2, .milliseconds(40))
            do throws(CancellationError) { try await clock.sleep(until: now + pause) } catch { end(program) }
        }
        let status = StartedProcess.reap(identifier).status ?? 0xFF00
        _ = drain(into: &log)
        for pipe in [output, errors, info] { close(pipe.reading) }
        return ended(status, cause, log.tail)
    }

    private func ended(_ status: Int32, _ cause: Cause?, _ tail: [UInt8]) -> End {
        let signal = Int(status & 0x7F)
        let code = signal == 0 ? Int(status >> 8 & 0xFF) : 128 + signal
        let isOurs = cause == .memory || cause == .processes
        var end = End(exitCode: isOurs ? 137 : code, cause: cause, tail: tail)
        if cause == nil, code == 1, tail.starts(with: "bwrap: ".utf8) {
            end.startProblem = String(decoding: tail.prefix(1_000), as: UTF8.self)
        }
        return end
    }

    /// Kills it at once. The program is process 1 of its namespace: nothing that it started lives on.
    private func end(_ program: pid_t?) {
        if let program, !StartedProcess.hasEnded(identifier) { kill(program, SIGKILL) }
        if program == nil { kill(-identifier, SIGKILL) }
    }

    /// The number of the program itself, when bubblewrap has said it.
    private func readProgram(_ told: inout [UInt8]) -> pid_t? {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = read(info.reading, &buffer, buffer.count)
        if count > 0, told.count < 4_096 { told += buffer[..<count] }
        guard told.contains(UInt8(ascii: "}")) else { return nil }
        do throws(JSONError) {
            return try JSONValue(parsing: told)["child-pid"]?.integerValue.flatMap { pid_t(exactly: $0) }
        } catch {
            return nil
        }
    }

    /// Takes what there is; bounded, so that a program that writes without end holds nobody up.
    private func drain(into log: inout LogFile) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var had = false
        for (descriptor, stream) in [(output.reading, LogLines.Stream.stdout), (errors.reading, .stderr)] {
            for _ in 0..<16 {
                let count = read(descriptor, &buffer, buffer.count)
                guard count > 0 else { break }
                had = true
                log.add(buffer[..<count], stream, at: clock.now())
            }
        }
        return had
    }
}
