// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import Courier

/// The program itself, called in wrong ways: each answer says what, where and what to do, on standard error.
struct WrongUsesTests {
    /// One call in the golden file, `wrong-uses.txt`: `$ watchbill …`, what it says, `exit N`.
    struct Use: CustomTestStringConvertible, Sendable {
        var arguments: [String]
        var answer: String
        var code: Int32

        var testDescription: String { arguments.joined(separator: " ") }
    }

    private static let folder = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/")

    /// Every call of the golden file; `RES` stands for the folder with the files.
    static let uses: [Use] = {
        var uses: [Use] = []
        for line in read("\(folder)/wrong-uses.txt").split(separator: "\n").map(String.init) {
            if line.hasPrefix("$ watchbill ") {
                uses.append(
                    Use(arguments: line.split(separator: " ").dropFirst(2).map(String.init), answer: "", code: -1))
            } else if line.hasPrefix("exit "), !uses.isEmpty {
                uses[uses.count - 1].code = Int32(line.dropFirst(5)) ?? -1
            } else if !uses.isEmpty {
                uses[uses.count - 1].answer += line + "\n"
            }
        }
        return uses
    }()

    @Test func `there are at least thirty`() { #expect(Self.uses.count >= 30) }

    @Test(arguments: uses)
    func `a wrong use is answered with what, where and what to do`(use: Use) throws {
        let resources = Self.folder + "/Resources"
        let child = try ChildProcess(
            command: [Self.program] + use.arguments.map { $0.replacing("RES", with: resources) },
            environment: ["PATH": "/nonexistent", "HOME": "/nonexistent"])
        let end = child.wait(until: .now + .seconds(60), isInterrupted: { false })
        #expect(end.cause == .exited(use.code))
        #expect(end.stderr.text.replacing(resources, with: "RES") == use.answer)
        #expect(use.answer.hasPrefix("error: ") && use.answer.contains(", ") && use.answer.contains("; "))
    }

    /// Beside the tests' own program.
    private static var program: String {
        var path = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &path, path.count)
        let own = String(decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/watchbill"
    }

    private static func read(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { content += buffer[..<count] }
        return String(decoding: content, as: UTF8.self)
    }
}
