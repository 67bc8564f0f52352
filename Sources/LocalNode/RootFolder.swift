// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The root of one container: a copy of its own of the image's files, in which nothing runs yet.
///
/// The image may hold any symbolic links. What is looked for or made here is looked for within the root, never on the machine.
struct RootFolder {
    let path: String

    private static let linkLimit = 40

    /// The place of `path` in the root with every symbolic link followed, and made where it is missing.
    /// - Parameter isFile: what is made at the end, a file or a folder.
    func place(_ path: String, isFile: Bool) throws(FileProblem) -> String {
        let resolved = try resolve(path) { (missing, isLast) throws(FileProblem) in
            if isLast, isFile {
                try Folder.write([], to: missing, mode: 0o644)
            } else {
                try Folder.make(missing, mode: 0o755)
            }
        }
        return resolved.isEmpty ? "/" : resolved
    }

    /// The same of what is there; nil when it is not.
    func existing(_ path: String) -> String? {
        do throws(FileProblem) {
            let resolved = try resolve(path) { (missing, _) throws(FileProblem) in
                throw FileProblem("found", missing, ENOENT)
            }
            return resolved.isEmpty ? "/" : resolved
        } catch {
            return nil
        }
    }

    private func resolve(
        _ wanted: String, missing: (String, _ isLast: Bool) throws(FileProblem) -> Void
    ) throws(FileProblem) -> String {
        var rest = wanted.split(separator: "/").map(String.init)
        rest.reverse()
        var done: [String] = []
        var links = 0
        while let part = rest.popLast() {
            if part == "." { continue }
            if part == ".." {
                _ = done.popLast()
                continue
            }
            let here = ([path] + done + [part]).joined(separator: "/")
            var status = stat()
            if lstat(here, &status) != 0 {
                try missing(here, rest.isEmpty)
                done.append(part)
                continue
            }
            guard status.st_mode & S_IFMT == S_IFLNK else {
                done.append(part)
                continue
            }
            links += 1
            guard links <= Self.linkLimit, let target = Self.target(of: here) else {
                throw FileProblem("followed", wanted, ELOOP)
            }
            if target.hasPrefix("/") { done = [] }
            rest += target.split(separator: "/").map(String.init).reversed()
        }
        return done.map { "/" + $0 }.joined()
    }

    private static func target(of link: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map { readlink(link, $0, characters.count) } ?? 0
            }
        }
        return count > 0 && count < buffer.count ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    /// Where a program is, along the container's `PATH` when its name has no slash; nil when it is not there or no program.
    func program(_ name: String, path: String, folder: String) -> String? {
        let candidates =
            name.hasPrefix("/")
            ? [name]
            : name.contains("/")
                ? [folder + "/" + name]
                : path.split(separator: ":").map { "\($0)/\(name)" }
        for candidate in candidates {
            guard let found = existing(candidate) else { continue }
            var status = stat()
            guard lstat(self.path + found, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                status.st_mode & 0o111 != 0
            else { continue }
            return candidate
        }
        return nil
    }
}
