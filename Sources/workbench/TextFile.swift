// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Text files below the current folder.
enum TextFile {
    /// Nil when there is none.
    static func read(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    /// Nil when there is no such file.
    static func bytes(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Makes the folders too; false when that is not possible.
    static func write(_ text: String, to path: String) -> Bool {
        for slash in path.indices where path[slash] == "/" { mkdir(String(path[..<slash]), 0o755) }
        guard let file = fopen(path, "w") else { return false }
        let bytes = Array(text.utf8)
        let written = fwrite(bytes, 1, bytes.count, file)
        return fclose(file) == 0 && written == bytes.count
    }

    /// The files below a folder whose names end so, sorted.
    static func list(_ folder: String, endingWith suffixes: [String]) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var paths: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            let path = folder + "/" + name
            if entry.pointee.d_type == UInt8(DT_DIR) {
                paths += list(path, endingWith: suffixes)
            } else if suffixes.contains(where: name.hasSuffix) {
                paths.append(path)
            }
        }
        return paths.sorted()
    }
}
