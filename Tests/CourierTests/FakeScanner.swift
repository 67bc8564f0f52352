// SPDX-License-Identifier: Apache-2.0
import Glibc
import JSONScan
import Testing
import TrivyReport

@testable import Courier

/// A shell script in the scanner's place, and what a courier makes of it.
struct FakeScanner {
    let folder: ScratchFolder

    /// `body` finds the report's file in `$REPORT` and the last argument in `$LAST`.
    init(_ body: String) throws {
        folder = try ScratchFolder(in: "/tmp")
        let script = """
            #!/bin/sh
            while [ $# -gt 0 ]; do
              LAST=$1
              if [ "$1" = --output ]; then REPORT=$2; fi
              shift
            done
            \(body)
            """
        try write(script, to: path)
        chmod(path, 0o755)
    }

    var path: String { folder.path + "/trivy" }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
    }

    func remove() { folder.remove() }

    /// The scanner's scratch folders that were left behind.
    var leftovers: [String] { Folder.names(in: folder.path).filter { $0.hasPrefix("watchbill-") } }
}

/// What `command` makes a courier print, its exit code, and the outcome of each unit.
func carry(
    _ command: [String], environment: [String: String] = [:], units: [String] = ["scan"],
    isInterrupted: @escaping () -> Bool = { false }
) throws -> (code: Int32, log: [UInt8], outcomes: [String: FrameReader.Outcome]) {
    let file = try #require(tmpfile())
    defer { fclose(file) }
    var variables = ["PATH": "/usr/bin:/bin"]
    variables.merge(environment) { $1 }
    let courier = Courier(command: command, environment: variables, output: fileno(file), isInterrupted: isInterrupted)
    let code = courier.run()
    rewind(file)
    var log: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { log += buffer[..<count] }
    var reader = FrameReader(units: units)
    reader.append(log)
    return (code, log, reader.finish())
}

extension FrameReader.Outcome {
    var result: ScanResult? {
        if case .success(.scanned(let result)) = self { return result }
        Issue.record("\(self)")
        return nil
    }

    var failure: ScanFailure? {
        if case .success(.failed(let failure)) = self { return failure }
        Issue.record("\(self)")
        return nil
    }
}
