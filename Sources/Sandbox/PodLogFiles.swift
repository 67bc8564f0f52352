// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Essentials
import Glibc
import HTTPTransport
import KubernetesModel
import Synchronization

/// Container logs as files: `POD-UID/CONTAINER.log`, `CONTAINER.previous.log` for the run before.
///
/// A line may begin as the container runtime interface has it, `2026-01-31T23:59:59.000001Z stdout F text`; then times can be
/// shown and asked for. Any other line is text as it stands.
package struct PodLogFiles: Sendable {
    private let folder: String

    package init(folder: String) { self.folder = folder }

    /// What the server answers for a log. `hasEnded` tells whether the container will write no more.
    package func answer(_ query: PodLogQuery, hasEnded: @escaping @Sendable () -> Bool) -> PodLogAnswer {
        guard Self.isPlain(query.uid), Self.isPlain(query.container) else {
            return .unavailable("the names are no file names")
        }
        let path = "\(folder)/\(query.uid)/\(query.container)\(query.isPrevious ? ".previous" : "").log"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if query.isPrevious { return .unavailable("there is no log of a previous run") }
            // As the real server answers for a Pod that has no node yet.
            if !query.isScheduled { return .text([]) }
            if let waiting = query.status?.at("state", "waiting", "reason")?.stringValue { return .notReady(waiting) }
            return query.status?["state"] == nil ? .notReady("ContainerCreating") : .text([])
        }
        let isPrevious = query.isPrevious
        return .stream(PodLogBody(descriptor, at: path, query, hasEnded: { isPrevious || hasEnded() }))
    }

    /// Names come from clients: nothing that leads elsewhere.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "-")
            }
    }
}

/// One log on its way to a client.
final class PodLogBody: HTTPBody {
    fileprivate struct State {
        var descriptor: Int32
        /// The file that has taken the path of the one that is read, once there is one.
        var next: Int32?
        var selection: LogSelection
        var isLastRead = false
        var isFinished = false
    }

    private let path: String
    private let follows: Bool
    private let hasEnded: @Sendable () -> Bool
    private let state: Mutex<State>

    init(_ descriptor: Int32, at path: String, _ query: PodLogQuery, hasEnded: @escaping @Sendable () -> Bool) {
        self.path = path
        self.hasEnded = hasEnded
        follows = query.follows
        state = Mutex(State(descriptor: descriptor, selection: LogSelection(query)))
        if let lines = query.tailLines { Self.seek(descriptor, toLast: lines) }
    }

    deinit {
        state.withLock { state in
            close(state.descriptor)
            if let next = state.next { close(next) }
        }
    }

    func next() async throws(TransportError) -> [UInt8]? {
        while true {
            if state.withLock({ $0.isFinished }) { return nil }
            // Asked before the read: what was written before the end is then read for sure.
            let ended = !follows || hasEnded()
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let count = read(state.withLock { $0.descriptor }, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .interrupted(reason: String(cString: strerror(errno))) }
            if count > 0 {
                let text = state.withLock { state in
                    let text = state.selection.take(buffer[..<count])
                    state.isFinished = state.selection.isFull
                    return text
                }
                if !text.isEmpty { return text }
                continue
            }
            if follows, state.withLock({ $0.goOn(at: path) }) { continue }
            if ended {
                return state.withLock { state in
                    state.isFinished = true
                    let rest = state.selection.finish()
                    return rest.isEmpty ? nil : rest
                }
            }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { throw .cancelled }
        }
    }

    /// Moves to the start of the last `lines` lines.
    private static func seek(_ descriptor: Int32, toLast lines: Int) {
        let end = lseek(descriptor, 0, SEEK_END)
        guard lines > 0 else { return }
        var position = end
        var found = 0
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while position > 0 {
            let size = min(Int(position), buffer.count)
            let start = position - off_t(size)
            guard pread(descriptor, &buffer, size, start) == size else { break }
            for index in stride(from: size - 1, through: 0, by: -1) where buffer[index] == UInt8(ascii: "\n") {
                // The line end of the last line begins none.
                if start + off_t(index) == end - 1 { continue }
                found += 1
                if found == lines {
                    lseek(descriptor, start + off_t(index) + 1, SEEK_SET)
                    return
                }
            }
            position = start
        }
        lseek(descriptor, 0, SEEK_SET)
    }
}

/// Which part of a log a client gets to see, line by line.
struct LogSelection {
    private var rest: [UInt8] = []
    private var left: Int?
    private let showsTimes: Bool
    private let since: Timestamp?

    init(_ query: PodLogQuery) {
        left = query.limitBytes
        showsTimes = query.showsTimes
        since = query.since
    }

    /// True when the limit is reached.
    var isFull: Bool { left == 0 }

    /// What is to be shown of the next bytes; the start of a line waits for its end, up to 64 KiB.
    mutating func take(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        rest += bytes
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return rest.count < 64 << 10 ? [] : finish() }
        let whole = rest[...end]
        rest = Array(rest[(end + 1)...])
        var shown: [UInt8] = []
        for line in whole.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            shown += self.line(line, end: true)
        }
        return limited(shown)
    }

    /// The last line, which has no end.
    mutating func finish() -> [UInt8] {
        guard !rest.isEmpty else { return [] }
        let last = line(rest[...], end: false)
        rest = []
        return limited(last)
    }

    private mutating func limited(_ bytes: [UInt8]) -> [UInt8] {
        guard let left else { return bytes }
        let shown = Array(bytes.prefix(left))
        self.left = left - shown.count
        return shown
    }

    private func line(_ line: ArraySlice<UInt8>, end: Bool) -> [UInt8] {
        let lineEnd = end ? [UInt8(ascii: "\n")] : []
        // Time, stream and tag, each followed by one space; a partial line ("P") goes on in the next.
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].count <= 40, parts[2].count == 1,
            let time = Timestamp(rfc3339: String(decoding: parts[0], as: UTF8.self))
        else { return line + lineEnd }
        if let since, time < since { return [] }
        let isPartial = parts[2].first == UInt8(ascii: "P")
        return (showsTimes ? parts[0] + [UInt8(ascii: " ")] : []) + parts[3] + (isPartial ? [] : lineEnd)
    }
}

extension PodLogBody.State {
    /// At the end of a file: whether there is more to read, because a full log was put aside and a new one begun.
    fileprivate mutating func goOn(at path: String) -> Bool {
        if let next {
            // The old one was read to its end after it had been put aside.
            close(descriptor)
            descriptor = next
            self.next = nil
            return true
        }
        var (read, named) = (stat(), stat())
        guard fstat(descriptor, &read) == 0, lstat(path, &named) == 0, read.st_ino != named.st_ino else { return false }
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard opened >= 0 else { return false }
        next = opened
        return true
    }
}
