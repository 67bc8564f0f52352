// SPDX-License-Identifier: Apache-2.0
import TrivyReport

extension Courier {
    /// Scans one image with the scanner's own credentials and says what came of it; no frame is printed.
    ///
    /// - Parameters:
    ///   - command: the scanner, such as `trivy image`.
    ///   - limit: when it is stopped, with a little grace so that it can say itself that its time is over.
    package static func scan(
        _ command: [String], arguments: [String], environment: [String: String], within limit: Duration
    ) -> UnitResult {
        Interruption.watch()
        var unit = ScanUnit(id: "image", arguments: arguments)
        unit.timeout = limit
        return UnitScan(
            unit: unit, command: command, environment: environment, timeout: nil, secrets: nil,
            memory: MemoryWitness(), isInterrupted: { Interruption.isRequested }
        ).run()
    }
}
