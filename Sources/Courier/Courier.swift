// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import JSONScan
import TrivyReport

/// Runs the scanner once for each unit and prints one frame for each on stdout, whatever becomes of the scans.
///
/// The scanner's own output never reaches our stdout or stderr: an image can make it say what it likes, and a log line of
/// its making must not look like a frame.
package struct Courier {
    private let command: [String]
    private let environment: [String: String]
    private let output: Int32
    private let isInterrupted: () -> Bool
    private let watchesSignals: Bool
    private let memory = MemoryWitness()

    /// - Parameters:
    ///   - command: the scanner and its arguments, such as `trivy image`; `--format json --output FILE` and the arguments of
    ///     each unit are added.
    ///   - environment: the scanner's, and ours: `WATCHBILL_UNITS` (see `ScanUnit`; else one unit `scan`),
    ///     `WATCHBILL_SCAN_TIMEOUT` (seconds a unit that names none), `WATCHBILL_PULL_SECRETS` (a folder, see
    ///     `PullSecrets`), `TMPDIR`.
    ///   - output: the descriptor that the frames go to.
    ///   - isInterrupted: whether what is left is to be given up; by default SIGTERM and SIGINT say so from `run` on.
    package init(
        command: [String], environment: [String: String], output: Int32 = STDOUT_FILENO,
        isInterrupted: (() -> Bool)? = nil
    ) {
        self.command = command
        self.environment = environment
        self.output = output
        self.isInterrupted = isInterrupted ?? { Interruption.isRequested }
        watchesSignals = isInterrupted == nil
    }

    /// Scans. 0 when every unit has its frame, failures included; 1 when a frame could not be written, 2 when there is nothing
    /// that could be done.
    package func run() -> Int32 {
        if watchesSignals { Interruption.watch() }
        let units: [ScanUnit]
        do throws(JSONError) {
            units = try environment["WATCHBILL_UNITS"].map(ScanUnit.list(parsing:)) ?? [.single]
        } catch {
            complain("WATCHBILL_UNITS: \(error)")
            return 2
        }
        if let text = environment["WATCHBILL_SCAN_TIMEOUT"], timeout == nil {
            complain("WATCHBILL_SCAN_TIMEOUT: expected 1 to 86400 seconds, found '\(text.prefix(40))'")
            return 2
        }
        guard !command.isEmpty else {
            complain("no command: expected one after '--', such as 'trivy image'")
            return 2
        }
        let secrets = environment["WATCHBILL_PULL_SECRETS"].map(PullSecrets.init(in:))
        let limit = Frame.maximumBytes(sharing: units.count)
        for unit in units {
            let scan = UnitScan(
                unit: unit, command: command, environment: environment, timeout: timeout,
                secrets: secrets, memory: memory, isInterrupted: isInterrupted)
            let result = isInterrupted() ? .failed(.interrupted) : scan.run()
            guard let frame = Frame.encode(unit: unit.id, result, upTo: limit), write(frame) else {
                complain("the frame of unit '\(unit.id)' could not be written (\(systemMessage(errno)))")
                return 1
            }
        }
        return 0
    }

    private var timeout: Duration? {
        guard let seconds = environment["WATCHBILL_SCAN_TIMEOUT"].flatMap({ Int($0) }), (1...86_400).contains(seconds)
        else {
            return nil
        }
        return .seconds(seconds)
    }

    /// Writes all of `bytes`, waiting for a slow reader.
    private func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                var descriptor = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
                poll(&descriptor, 1, 1_000)
            } else if count == 0 || errno != EINTR {
                return false
            }
        }
        return true
    }

    private func complain(_ message: String) {
        let line = Array("watchbill courier: \(message)\n".utf8)
        _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
