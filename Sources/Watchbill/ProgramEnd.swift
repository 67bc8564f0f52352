// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import Glibc

/// How the program ends, as the contract says: help exits 0, wrong use 2, everything else by its own code.
enum ProgramEnd {
    static func exit(with error: any Error) -> Never {
        if let failure = error as? CommandFailure { exit(failure) }
        if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
        let code = WatchbillCommand.exitCode(for: error)
        if code == .success {
            print(WatchbillCommand.fullMessage(for: error))
            Glibc.exit(0)
        }
        let message = WatchbillCommand.message(for: error)
        guard code == .validationFailure else {
            exit(
                CommandFailure(
                    what: message, place: commandInUse,
                    remedy: "this should not happen; please tell the project about it"))
        }
        exit(.wrongUse(message, of: commandInUse))
    }

    private static func exit(_ failure: CommandFailure) -> Never {
        StandardError.print(failure.text)
        Glibc.exit(failure.code.rawValue)
    }

    /// The command whose arguments these are, as people type it.
    private static var commandInUse: String {
        let names = WatchbillCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        let first = Swift.CommandLine.arguments.dropFirst().first { !$0.hasPrefix("-") }
        guard let first, names.contains(first) else { return WatchbillCommand.invocation.name }
        return "\(WatchbillCommand.invocation.name) \(first)"
    }
}

extension CommandStatus {
    /// Ends the command with it; nothing when all is done.
    func end() throws { if self != .done { throw ExitCode(rawValue) } }
}

/// Standard error, line by line.
enum StandardError {
    static func print(_ line: String) { Descriptor.write(line + "\n", to: STDERR_FILENO) }
}

/// Writing to what the program was started with.
enum Descriptor {
    /// Writes all of it, unless nobody reads any more.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }

    /// True for a terminal that understands more than lines.
    static func isTerminal(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && Environment.value("TERM") != "dumb"
    }
}
