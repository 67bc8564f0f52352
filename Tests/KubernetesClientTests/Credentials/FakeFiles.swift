// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesClient
import Synchronization

/// Files in memory and a clock that moves by hand.
final class FakeFiles: Sendable {
    private let files: Mutex<[String: String]>
    private let time = Mutex(Instant.zero)
    private let readLog = Mutex<[String]>([])

    var reads: [String] { readLog.withLock { $0 } }

    init(_ files: [String: String]) { self.files = Mutex(files) }

    subscript(path: String) -> String? {
        get { files.withLock { $0[path] } }
        set { files.withLock { $0[path] = newValue } }
    }

    func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }

    var now: @Sendable () -> Instant { { [self] in time.withLock { $0 } } }

    var read: FileReading {
        { [self] path throws(CredentialsError) in
            readLog.withLock { $0.append(path) }
            guard let text = self[path] else {
                throw CredentialsError(file: path, problem: "it cannot be read: No such file or directory")
            }
            return Array(text.utf8)
        }
    }
}
