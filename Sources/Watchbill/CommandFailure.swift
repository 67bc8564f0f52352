// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc

/// An error of a command in the form that all have: `error: <what>, <where>; <remedy>`.
struct CommandFailure: Error {
    var what: String
    var place: String
    var remedy: String
    /// 1 failed, 2 usage, 3 not decidable.
    var code: Int32 = 1

    var text: String { "error: \(what), \(place); \(remedy)" }

    /// Ends the program as the contract says: help exits 0, wrong use 2, everything else by its own code.
    static func exit(with error: any Error) -> Never {
        if let failure = error as? CommandFailure {
            StandardError.print(failure.text)
            Glibc.exit(failure.code)
        }
        if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
        let isHelp = WatchbillCommand.exitCode(for: error) == .success
        let text = WatchbillCommand.fullMessage(for: error)
        if isHelp {
            print(text)
            Glibc.exit(0)
        }
        StandardError.print(text.hasPrefix("Error") ? "error" + text.dropFirst(5) : text)
        Glibc.exit(WatchbillCommand.exitCode(for: error) == .validationFailure ? 2 : 1)
    }
}

/// Standard error, line by line.
enum StandardError {
    static func print(_ line: String) {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
