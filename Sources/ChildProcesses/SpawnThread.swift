// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The one thread that starts programs which must end with us.
///
/// `PR_SET_PDEATHSIG`, which bubblewrap uses for that, fires when the thread ends that started the program, not the process; the
/// threads that run tasks come and go. Descriptors are made here too, so that no program gets those of another.
package final class SpawnThread: Sendable {
    package static let shared = SpawnThread()

    private let work = Mutex<[@Sendable () -> Void]>([])
    private let wake: (reading: Int32, writing: Int32)

    private init() {
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        wake = (ends[0], ends[1])
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let failure = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<SpawnThread>.fromOpaque(pointer).takeUnretainedValue().loop()
                return nil
            }, context)
        if failure == 0 { pthread_detach(thread) }
    }

    /// Does `body` on the thread; it must not wait for anything.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            work.withLock { $0.append { continuation.resume(returning: body()) } }
            var byte: UInt8 = 1
            _ = write(wake.writing, &byte, 1)
        }
    }

    private func loop() {
        var byte: UInt8 = 0
        while true {
            let count = read(wake.reading, &byte, 1)
            guard count == 1 || (count < 0 && errno == EINTR) else { return }
            let next = work.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            next?()
        }
    }
}

/// A pipe that no other program inherits.
package struct Pipe: Sendable {
    package let reading: Int32
    package let writing: Int32

    /// Its reading end does not wait.
    package init() throws(SpawnError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SpawnError(number: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    }

    package func close() {
        Glibc.close(reading)
        Glibc.close(writing)
    }
}
