// SPDX-License-Identifier: Apache-2.0
import Glibc

/// How often the kernel has killed something in this container for want of memory. A process that died of SIGKILL does not
/// know who sent it; the counter of its cgroup does.
struct MemoryWitness {
    private let path: String?

    /// Finds the counter of cgroup version 2, or else version 1.
    init() {
        var candidates = ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"]
        for line in (SmallFile.text("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[1].isEmpty { candidates.insert("/sys/fs/cgroup\(fields[2])/memory.events", at: 0) }
            if fields[1].split(separator: ",").contains("memory") {
                candidates.insert("/sys/fs/cgroup/memory\(fields[2])/memory.oom_control", at: 0)
            }
        }
        path = candidates.first { Self.count(SmallFile.text($0)) != nil }
    }

    /// The counter now; nil where no cgroup tells.
    var kills: Int? { path.flatMap { Self.count(SmallFile.text($0)) } }

    /// The value of the line `oom_kill N`.
    static func count(_ text: String?) -> Int? {
        for line in (text ?? "").split(separator: "\n") where line.hasPrefix("oom_kill ") {
            return Int(line.dropFirst("oom_kill ".utf8.count))
        }
        return nil
    }
}

/// Small files of the kernel and of Trivy.
enum SmallFile {
    /// The first `limit` bytes, or a little more; nil when it cannot be read.
    static func bytes(_ path: String, upTo limit: Int = 1 << 16) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while content.count < limit {
            let count = read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            content += buffer[..<count]
        }
        return content
    }

    static func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }
}
