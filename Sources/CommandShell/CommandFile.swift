// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Glibc

/// Files that a command was asked to read or write.
package enum CommandFile {
    /// The whole content of a file of at most `limit` bytes; `-` is standard input.
    package static func read(_ path: String, upTo limit: Int, remedy: String) throws(CommandFailure) -> [UInt8] {
        let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path, remedy) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path, remedy) }
            if count == 0 { return content }
            content += buffer[..<count]
            guard content.count <= limit else {
                throw CommandFailure(
                    what: "the file is larger than \(limit >> 20) MiB", place: path, remedy: remedy, code: .usage)
            }
        }
    }

    /// Writes the whole file, over one that is there.
    package static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        let remedy = "name a file in a folder that is there and yours"
        guard descriptor >= 0 else { throw failure("written", path, remedy) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("written", path, remedy) }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ verb: String, _ path: String, _ remedy: String) -> CommandFailure {
        CommandFailure(
            what: "the file cannot be \(verb): \(String(cString: strerror(errno)))", place: path, remedy: remedy,
            code: verb == "read" ? .usage : .failed)
    }
}
