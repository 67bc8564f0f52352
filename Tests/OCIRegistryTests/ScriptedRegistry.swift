// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import OCIRegistry
import Synchronization

/// A registry that answers by a function and remembers what it was asked; its clock moves only when a test moves it.
final class ScriptedRegistry: HTTPTransport {
    struct Answer: Sendable {
        var status = 200
        var headers: [HTTPHeader] = []
        var body: any HTTPBody = BytesBody([])

        init(_ status: Int = 200, _ headers: [HTTPHeader] = [], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = BytesBody(body)
        }

        init(_ status: Int = 200, _ headers: [HTTPHeader] = [], stream: any HTTPBody) {
            self.status = status
            self.headers = headers
            body = stream
        }
    }

    typealias Script = @Sendable (_ request: HTTPRequest, _ number: Int) async throws(TransportError) -> Answer

    private let script: Script
    private let seen = Mutex<[HTTPRequest]>([])
    let clock: ScriptedClock

    init(clock: ScriptedClock = ScriptedClock(), _ script: @escaping Script) {
        self.clock = clock
        self.script = script
    }

    /// Answers one after the other; then nothing listens any more.
    convenience init(_ answers: Answer...) {
        self.init { (_, number) throws(TransportError) in
            guard number < answers.count else { throw .notConnected(reason: "nothing listens") }
            return answers[number]
        }
    }

    var requests: [HTTPRequest] { seen.withLock { $0 } }

    func client(_ endpoints: [RegistryEndpoint] = []) -> RegistryClient {
        let clock = clock
        return RegistryClient(transport: self, endpoints: endpoints, now: { clock.now })
    }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let number = seen.withLock { seen in
            seen.append(request)
            return seen.count - 1
        }
        let answer = try await script(request, number)
        return HTTPResponse(status: answer.status, headers: answer.headers, body: answer.body)
    }
}

final class ScriptedClock: Sendable {
    private let time = Mutex(Instant.zero)
    var now: Instant { time.withLock { $0 } }
    func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// A body that never ends: the same bytes again and again, each after some time.
final class EndlessBody: HTTPBody {
    private let chunk: [UInt8]
    private let pause: Duration
    private let clock: ScriptedClock
    private let given = Mutex(0)

    init(_ chunk: [UInt8], every pause: Duration = .zero, on clock: ScriptedClock) {
        self.chunk = chunk
        self.pause = pause
        self.clock = clock
    }

    /// Bytes that were taken.
    var count: Int { given.withLock { $0 } }

    func next() async throws(TransportError) -> [UInt8]? {
        clock.advance(pause)
        given.withLock { $0 += chunk.count }
        return chunk
    }
}
