// SPDX-License-Identifier: Apache-2.0
import ChildProcesses
import ControllerRuntime
import Essentials
import Glibc

/// Runs one of the tools that the node is made of: skopeo, umoci, cp.
struct ToolRun: Sendable {
    /// Why a tool did not do what it was for.
    struct Failure: Error, Sendable {
        var message: String
    }

    let environment: [String: String]
    let clock: any RuntimeClock

    /// Returns when it has ended well; it is killed after `limit`.
    func run(_ command: [String], limit: Duration = .seconds(600)) async throws(Failure) {
        let environment = environment
        let started = await SpawnThread.shared.run { () -> Result<(pid_t, Pipe), SpawnError> in
            do throws(SpawnError) {
                let pipe = try Pipe()
                // It ends with us, makes no core dumps, and no file that fills the disk alone.
                let limits = [
                    "setpriv", "--pdeathsig", "KILL", "--", "prlimit", "--core=0", "--fsize=\(8 << 30)", "--",
                ]
                let launch = ProcessLaunch(
                    command: limits + command, environment: environment, stderr: pipe.writing)
                do throws(SpawnError) {
                    let identifier = try launch.start()
                    Glibc.close(pipe.writing)
                    return .success((identifier, pipe))
                } catch {
                    pipe.close()
                    return .failure(error)
                }
            } catch {
                return .failure(error)
            }
        }
        let name = command.first ?? ""
        guard case .success((let identifier, let pipe)) = started else {
            throw Failure(message: "\(name) cannot be started")
        }
        let end = clock.instant() + limit
        var output: [UInt8] = []
        var isLate = false
        while !StartedProcess.hasEnded(identifier) {
            Self.drain(pipe.reading, into: &output)
            if clock.instant() >= end || Task.isCancelled {
                isLate = true
                kill(-identifier, SIGKILL)
            }
            await pause()
        }
        Self.drain(pipe.reading, into: &output)
        let status = StartedProcess.reap(identifier).status ?? -1
        Glibc.close(pipe.reading)
        guard status == 0 else {
            let words = String(decoding: output.suffix(1_000), as: UTF8.self)
                .split(separator: "\n").suffix(3).joined(separator: "; ")
            throw Failure(message: isLate ? "\(name) had no end within \(limit)" : "\(name): \(words)")
        }
    }

    private func pause() async {
        do throws(CancellationError) { try await clock.sleep(until: clock.instant() + .milliseconds(10)) } catch {
            // Then the next look kills it.
        }
    }

    private static func drain(_ descriptor: Int32, into output: inout [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        for _ in 0..<64 {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return }
            output += buffer[..<count]
            if output.count > 1 << 16 { output.removeFirst(output.count - (1 << 15)) }
        }
    }
}
