// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc

/// Why something could not be done to a file; names what and where.
struct FileProblem: Error, Sendable {
    var message: String

    init(_ what: String, _ path: String, _ number: Int32 = errno) {
        message = "\(path) cannot be \(what): \(String(cString: strerror(number)))"
    }

    init(describing message: String) { self.message = message }
}

/// Folders and files of the node's own.
enum Folder {
    /// Makes a folder and those above it.
    static func make(_ path: String, mode: mode_t = 0o700) throws(FileProblem) {
        if mkdir(path, mode) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw FileProblem("made", path)
        }
        try make(String(path[..<slash]), mode: mode)
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw FileProblem("made", path) }
    }

    /// Writes a new file; whatever had the name goes first.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws(FileProblem) {
        unlink(path)
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw FileProblem("made", path) }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileProblem("written", path) }
            rest = rest.dropFirst(count)
        }
        // The mask of the process must not decide.
        fchmod(file, mode)
    }

    /// The first `limit` bytes; nil when it cannot be read.
    static func read(_ path: String, upTo limit: Int = 1 << 20) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while content.count < limit {
            let count = Glibc.read(file, &buffer, min(buffer.count, limit - content.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            content += buffer[..<count]
        }
        return content
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// The names in a folder.
    static func names(in path: String) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: path).sorted() } catch { return [] }
    }

    /// Removes it with all that is in it, folders without write permission included; what resists stays.
    static func remove(_ path: String) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            guard exists(path) else { return }
            unlock(path, depth: 0)
            do { try FileManager.default.removeItem(atPath: path) } catch { return }
        }
    }

    private static func unlock(_ path: String, depth: Int) {
        var status = stat()
        guard depth < 200, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
        chmod(path, 0o700)
        for name in names(in: path) { unlock(path + "/" + name, depth: depth + 1) }
    }
}
