// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import Evaluation
import Glibc

/// `watchbill eval NAME`: a pure function over lines of JSON.
struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Try a pure function of the operator's: lines of JSON in, lines of JSON out.",
        discussion: """
            \(Filter.all.map { "\($0.name): \($0.summary)" }.joined(separator: "\n"))

            Each line is answered by one line; what has no answer is answered by {"error": …}. Members and examples: the \
            documentation's page Eval.
            """)

    @Argument(help: .init("One of \(Filter.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
    var name: String

    func run() throws {
        guard let filter = Filter.all.first(where: { $0.name == name }) else {
            throw CommandFailure(
                what: "no such filter", place: "eval \(name.prefix(40).debugDescription)",
                remedy: "write one of \(Filter.all.map(\.name).joined(separator: ", "))", code: .usage)
        }
        var stream = FilterStream(filter)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure("cannot read", "standard input") }
            try Self.write(count > 0 ? stream.append(buffer[..<count]) : stream.finish())
            if count == 0 { return }
        }
    }

    private static func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("cannot write", "standard output") }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ what: String, _ place: String) -> CommandFailure {
        let reason = String(cString: strerror(errno))
        return CommandFailure(what: "\(what): \(reason)", place: place, remedy: "check where it is redirected to")
    }
}
