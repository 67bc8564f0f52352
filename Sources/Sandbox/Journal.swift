// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Glibc
import Synchronization

/// What the server keeps, on disk: a snapshot, and every change since, each durable before its request is answered.
///
/// `objects` holds one line of JSON for each object, the last line says how many there are and the revision; `journal` one line
/// for each change. A last line that a crash cut off is dropped, for it was never answered; any other damage is an error.
package final class Journal: Sendable {
    private struct State {
        var descriptor: Int32
        var bytes = 0
        var failure: SandboxError?
    }

    private let snapshotPath: String
    private let journalPath: String
    private let state: Mutex<State>
    /// Beyond this size the journal begins afresh.
    private let limit: Int

    /// Opens the journal in `folder`, which must be this process's own, and answers what was kept.
    package static func open(
        in folder: String, limit: Int = 16 << 20
    ) throws(SandboxError) -> (journal: Journal, stored: StoredState) {
        let journal = try Journal(folder, limit)
        let stored = try journal.read()
        try journal.begin(with: stored)
        return (journal, stored)
    }

    private init(_ folder: String, _ limit: Int) throws(SandboxError) {
        snapshotPath = folder + "/objects"
        journalPath = folder + "/journal"
        self.limit = limit
        let descriptor = Glibc.open(journalPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DiskFile.failure(journalPath) }
        state = Mutex(State(descriptor: descriptor))
    }

    deinit { close(state.withLock { $0.descriptor }) }

    /// Why nothing more is kept; the server must not go on then.
    package var failure: SandboxError? { state.withLock { $0.failure } }

    /// True when the journal has grown enough to begin afresh.
    package var isLong: Bool { state.withLock { $0.bytes > limit } }

    /// Writes the changes of one transaction; false when they are not kept.
    @discardableResult
    package func write(_ changes: [StoredObject]) -> Bool {
        var text: [UInt8] = []
        for change in changes { text += change.line + [UInt8(ascii: "\n")] }
        return state.withLock { state in
            guard state.failure == nil else { return false }
            do throws(SandboxError) {
                try DiskFile.append(text, to: state.descriptor, path: journalPath)
                guard fdatasync(state.descriptor) == 0 else { throw DiskFile.failure(journalPath) }
                state.bytes += text.count
                return true
            } catch {
                state.failure = error
                return false
            }
        }
    }

    /// Puts a snapshot in the place of the journal; nothing may be written meanwhile.
    package func begin(with stored: StoredState) throws(SandboxError) {
        var text: [UInt8] = []
        for object in stored.objects { text += object.line + [UInt8(ascii: "\n")] }
        text += Array("end \(stored.objects.count) \(stored.revision)\n".utf8)
        try DiskFile.replace(snapshotPath, with: text)
        // Changes that the snapshot holds are left out by their revision, should the process end right here.
        try state.withLock { state throws(SandboxError) in
            guard ftruncate(state.descriptor, 0) == 0, fsync(state.descriptor) == 0 else {
                throw DiskFile.failure(journalPath)
            }
            state.bytes = 0
        }
    }

    private func read() throws(SandboxError) -> StoredState {
        var stored = try readSnapshot()
        guard let bytes = try DiskFile.read(journalPath) else { return stored }
        var changes: [StoredObject] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            if let change = StoredObject(line: Array(line)) {
                changes.append(change)
            } else if line.endIndex < bytes.endIndex {
                // It has its line end, so it was answered, and so was all that follows it.
                throw .state(path: journalPath, reason: "line \(index + 1) is damaged")
            }
        }
        stored.apply(changes)
        return stored
    }

    private func readSnapshot() throws(SandboxError) -> StoredState {
        guard let bytes = try DiskFile.read(snapshotPath) else { return StoredState() }
        var lines = bytes.split(separator: UInt8(ascii: "\n"))
        let end = lines.popLast().map { String(decoding: $0, as: UTF8.self).split(separator: " ") } ?? []
        let objects = lines.compactMap { StoredObject(line: Array($0)) }
        guard end.count == 3, end[0] == "end", Int(end[1]) == objects.count, let revision = Int(end[2]) else {
            throw .state(path: snapshotPath, reason: "the file is damaged")
        }
        return StoredState(revision: revision, objects: objects)
    }
}
