// SPDX-License-Identifier: Apache-2.0
import HTTPTransport
import KubernetesClient
import Synchronization

typealias Answer = Result<HTTPResponse, TransportError>

/// Answers requests from a script and records them.
final class ScriptedTransport: HTTPTransport {
    private let script: @Sendable (_ request: HTTPRequest, _ index: Int) -> Answer
    private let log = Mutex<[HTTPRequest]>([])

    var requests: [HTTPRequest] { log.withLock { $0 } }

    init(_ script: @escaping @Sendable (_ request: HTTPRequest, _ index: Int) -> Answer) { self.script = script }

    /// The answers in order; the last one repeats.
    convenience init(_ answers: Answer...) {
        self.init { _, index in answers[min(index, answers.count - 1)] }
    }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let index = log.withLock { log in
            log.append(request)
            return log.count - 1
        }
        return try script(request, index).get()
    }
}

/// Chunks, and then perhaps an error.
final class BrokenBody: HTTPBody {
    private let chunks: Mutex<[[UInt8]]>
    private let error: TransportError

    init(_ text: String, then error: TransportError) {
        chunks = Mutex([Array(text.utf8)])
        self.error = error
    }

    func next() async throws(TransportError) -> [UInt8]? {
        guard let chunk = chunks.withLock({ $0.popLast() }) else { throw error }
        return chunk
    }
}

/// Records the waits instead of waiting.
final class SleepLog: Sendable {
    private let log = Mutex<[Duration]>([])
    var waits: [Duration] { log.withLock { $0 } }
    var sleep: @Sendable (Duration) async throws -> Void {
        { [self] duration in log.withLock { $0.append(duration) } }
    }
}

func answer(_ status: Int, _ text: String = "{}", headers: [(String, String)] = []) -> Answer {
    .success(
        HTTPResponse(
            status: status, headers: headers.map { HTTPHeader($0.0, $0.1) }, body: BytesBody(Array(text.utf8))))
}

func client(
    _ transport: ScriptedTransport, sleep: SleepLog = SleepLog(),
    gate: @escaping @Sendable () -> Duration? = { .seconds(60) }
) -> KubernetesClient {
    KubernetesClient(userAgent: "watchbill/1.0", gate: gate, sleep: sleep.sleep) { _ in transport }
}
