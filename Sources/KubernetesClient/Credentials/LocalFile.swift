// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Reads a whole small file; a test reads from a dictionary instead.
package typealias FileReading = @Sendable (_ path: String) throws(CredentialsError) -> [UInt8]

/// Files of this machine.
package enum LocalFile {
    /// The content of a file of at most 1 MiB.
    package static let read: FileReading = { path throws(CredentialsError) in
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: 16 << 10))
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress.map { $0 + start }, 16 << 10)
            }
            if count < 0, errno == EINTR {
                bytes.removeSubrange(start...)
                continue
            }
            guard count >= 0 else { throw failure(path) }
            bytes.removeSubrange((start + count)...)
            if count == 0 { return bytes }
            guard bytes.count <= 1 << 20 else { throw CredentialsError(file: path, problem: "it is larger than 1 MiB") }
        }
    }

    private static func failure(_ path: String) -> CredentialsError {
        let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        return CredentialsError(file: path, problem: "it cannot be read: \(reason)")
    }
}
