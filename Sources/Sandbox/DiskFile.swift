// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Whole files, read and replaced so that a crash leaves the old or the new one.
enum DiskFile {
    /// Nil when there is no such file.
    static func read(_ path: String) throws(SandboxError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path)
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { return content }
            content += buffer[..<count]
        }
    }

    /// Durable when it returns.
    static func replace(_ path: String, with bytes: [UInt8]) throws(SandboxError) {
        let part = path + ".part"
        let descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(part) }
        defer { close(descriptor) }
        try append(bytes, to: descriptor, path: part)
        guard fsync(descriptor) == 0, rename(part, path) == 0 else { throw failure(path) }
        syncFolder(of: path)
    }

    static func append(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(SandboxError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path) }
            rest = rest.dropFirst(count)
        }
    }

    /// The folder and those above it.
    static func makeFolder(_ path: String) throws(SandboxError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o700) == 0 || errno == EEXIST else { throw failure(made) }
        }
    }

    /// A rename is durable once its folder is.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    static func failure(_ path: String) -> SandboxError { .state(path: path, reason: String(cString: strerror(errno))) }
}
