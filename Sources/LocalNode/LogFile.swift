// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import Workloads

/// A container's log. When it is full it is put aside and a new one begun, as the kubelet does; one old file is kept.
struct LogFile {
    static let limit = 10 << 20

    private let path: String
    private var descriptor: Int32
    private var size = 0
    private var streams: [LogLines.Stream: LogLines] = [.stdout: LogLines(.stdout), .stderr: LogLines(.stderr)]
    /// The end of what was written, for a termination message.
    private(set) var tail: [UInt8] = []

    init(_ path: String) {
        self.path = path
        descriptor = Self.open(path)
    }

    private static func open(_ path: String) -> Int32 {
        Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o644)
    }

    mutating func add(_ bytes: ArraySlice<UInt8>, _ stream: LogLines.Stream, at now: Timestamp) {
        tail += bytes.suffix(4_096)
        if tail.count > 8_192 { tail.removeFirst(tail.count - 4_096) }
        write(streams[stream, default: LogLines(stream)].add(bytes, at: now))
    }

    mutating func finish(at now: Timestamp) {
        for stream in LogLines.Stream.allCases { write(streams[stream, default: LogLines(stream)].finish(at: now)) }
        close(descriptor)
    }

    private mutating func write(_ lines: [UInt8]) {
        guard !lines.isEmpty else { return }
        if size + lines.count > Self.limit {
            close(descriptor)
            rename(path, path + ".1")
            descriptor = Self.open(path)
            size = 0
        }
        size += lines.count
        var rest = lines[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // A full disk costs lines, never the container.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
