// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import JSONScan
import KubernetesModel

/// The API server's verbs over any transport. A value: it holds no state but what its transports hold.
///
/// Retries are client-go's rule and no more: 429 and 5xx where the server names the seconds to wait, also for writes,
/// and a GET once when its connection broke. Everything else is decided by who calls.
package struct KubernetesClient: Sendable {
    private let lanes: [Lane: any HTTPTransport]
    private let gate: @Sendable () -> Duration?
    private let sleep: @Sendable (Duration) async throws -> Void
    private let answered: @Sendable (APIRequest, Int) -> Void
    private let userAgent: String
    let fieldManager: String

    /// - Parameters:
    ///   - gate: asked before every write that is no Lease, and again when it is put on its connection: the time that
    ///     is left for writing, nil to hold it back.
    ///   - sleep: waits between retries; a test moves virtual time instead.
    ///   - answered: told of every exchange with its status code, 0 when there was no answer.
    package init(
        userAgent: String = "watchbill", fieldManager: String = "watchbill",
        gate: @escaping @Sendable () -> Duration? = { .seconds(3600) },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        answered: @escaping @Sendable (APIRequest, Int) -> Void = { _, _ in },
        transport: (Lane) -> any HTTPTransport
    ) {
        self.userAgent = userAgent
        self.fieldManager = fieldManager
        self.gate = gate
        self.sleep = sleep
        self.answered = answered
        lanes = Dictionary(uniqueKeysWithValues: Lane.allCases.map { ($0, transport($0)) })
    }

    // MARK: Sending

    /// Sends a request and answers with its response if that is a success; the body is still to be read.
    package func open(_ request: APIRequest) async throws(APIError) -> HTTPResponse {
        var attempt = Attempt()
        while true {
            do throws(APIError) {
                return try await once(request)
            } catch {
                guard let wait = attempt.wait(after: error, of: request) else { throw error }
                do {
                    try await sleep(wait)
                } catch {
                    throw .transport(.cancelled, request: request.summary)
                }
            }
        }
    }

    /// Sends a request and reads its response whole, up to `limit` bytes.
    package func send(_ request: APIRequest, upTo limit: Int = 8 << 20) async throws(APIError) -> [UInt8] {
        let response = try await open(request)
        return try await collect(response, upTo: limit, of: request)
    }

    private func once(_ request: APIRequest) async throws(APIError) -> HTTPResponse {
        guard let transport = lanes[request.lane] else { throw .refused("there is no such lane", request) }
        var wire = request.wire(userAgent: userAgent)
        if request.isWrite, request.lane != .lease {
            guard let left = gate(), left > .zero else {
                throw .refused("this replica may not write now: it does not hold the lease", request)
            }
            wire.timeout = min(request.timeout, left)
            wire.permission = SendPermission(timeLeft: gate)
        }
        let response: HTTPResponse
        do throws(TransportError) {
            response = try await transport.send(wire)
        } catch {
            answered(request, 0)
            throw .transport(error, request: request.summary)
        }
        answered(request, response.status)
        guard !(200..<300).contains(response.status) else { return response }
        let body = await head(of: response.body, limit: 64 << 10)
        throw .status(
            APIStatus(code: response.status, body: body, retryAfter: response.header("Retry-After")),
            request: request.summary)
    }

    func collect(
        _ response: HTTPResponse, upTo limit: Int, of request: APIRequest
    ) async throws(APIError) -> [UInt8] {
        do throws(TransportError) {
            return try await response.body.collect(upTo: limit)
        } catch {
            throw .transport(error, request: request.summary)
        }
    }

    /// As much of an error's body as comes; it only explains what is known already.
    private func head(of body: any HTTPBody, limit: Int) async -> [UInt8] {
        var bytes: [UInt8] = []
        do throws(TransportError) {
            while bytes.count < limit, let chunk = try await body.next() { bytes += chunk.prefix(limit - bytes.count) }
        } catch {
            // The status code stands without its explanation.
        }
        return bytes
    }
}

/// The retries of one request.
private struct Attempt {
    private static let maximum = 10
    /// Longer waits are the caller's: its back-off sees more than one request.
    private static let longestWait = 60
    private var count = 0
    private var wasCut = false

    /// How long to wait before the request is sent again, nil when it is not.
    mutating func wait(after error: APIError, of request: APIRequest) -> Duration? {
        count += 1
        guard count < Self.maximum else { return nil }
        switch error {
        case .status(let status, _):
            guard status.code == 429 || status.code >= 500, let seconds = status.retryAfterSeconds else { return nil }
            return (0...Self.longestWait).contains(seconds) ? .seconds(seconds) : nil
        case .transport(.interrupted, _):
            guard request.method == .get, !wasCut else { return nil }
            wasCut = true
            return .seconds(1)
        case .transport, .decoding: return nil
        }
    }
}

extension APIError {
    fileprivate static func refused(_ reason: String, _ request: APIRequest) -> APIError {
        .transport(.refused(reason: reason), request: request.summary)
    }
}
