// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What a process and everything below it use, as `/proc` has it.
struct ProcessTree {
    /// Memory that nothing else could give back: anonymous and shared, without what is mapped from files.
    var memory: Int64 = 0
    var count = 0

    /// Looks at `root` and what descends from it; no further than `limit` processes.
    init(below root: pid_t, limit: Int) {
        var waiting = [root]
        while let next = waiting.popLast(), count < limit {
            guard let status = Folder.read("/proc/\(next)/status", upTo: 1 << 13) else { continue }
            count += 1
            for line in String(decoding: status, as: UTF8.self).split(separator: "\n")
            where line.hasPrefix("RssAnon:") || line.hasPrefix("RssShmem:") {
                let words = line.split { $0 == " " || $0 == "\t" }
                if words.count > 1, let kilobytes = Int64(words[1]) { memory += kilobytes << 10 }
            }
            for task in Folder.names(in: "/proc/\(next)/task").prefix(limit) {
                guard let children = Folder.read("/proc/\(next)/task/\(task)/children", upTo: 1 << 16) else { continue }
                waiting += String(decoding: children, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
            }
        }
    }
}
