// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import OCIModel
import Synchronization

/// How a registry is reached, where its name in image references does not say so.
package struct RegistryEndpoint: Equatable, Sendable {
    /// Host and port as image references write it.
    package var host: String
    /// Host and port to connect to.
    package var endpoint: String
    package var isPlainHTTP: Bool

    package init(host: String, endpoint: String, isPlainHTTP: Bool) {
        self.host = host
        self.endpoint = endpoint
        self.isPlainHTTP = isPlainHTTP
    }

    var origin: RegistryOrigin { RegistryOrigin(host: endpoint, isPlainHTTP: isPlainHTTP) }
}

/// Asks registries: the shell of `RegistryConversation`, `TagListing`, `TokenBook` and `RegistryBudget`.
///
/// Source: OCI distribution specification 1.1, "Pull" and "Content Discovery". One client serves the whole operator, so that
/// tokens, what is known of each registry, and what may still be asked of it are shared.
package final class RegistryClient: Sendable {
    private struct BudgetKey: Hashable {
        var host: String
        var identity: RegistryCredential?
    }

    private struct SchemeKey: Hashable {
        var origin: RegistryOrigin
        var repository: String
    }

    private struct Memory {
        var budgets: [BudgetKey: RegistryBudget] = [:]
        var schemes: [SchemeKey: RegistryConversation.Scheme] = [:]
    }

    let transport: any HTTPTransport
    let now: @Sendable () -> Instant
    private let ended: @Sendable (_ registry: String, _ exchange: Exchange) -> Void
    private let endpoints: [String: RegistryEndpoint]
    private let allowed: Set<RegistryOrigin>
    private let memory = Mutex(Memory())
    private let tokens: TokenStore

    static let timeout = Duration.seconds(15)
    /// The longest that one answer may take, however busily its bytes drip.
    static let answerLimit = Duration.seconds(60)
    /// The longest that a list of tags may take.
    static let listLimit = Duration.seconds(180)
    private static let memoryLimit = 10_000

    /// - Parameters:
    ///   - transport: takes absolute URLs.
    ///   - now: a clock that never jumps.
    ///   - ended: told how each exchange on behalf of a registry ended.
    package init(
        transport: any HTTPTransport, endpoints: [RegistryEndpoint] = [], now: @escaping @Sendable () -> Instant,
        ended: @escaping @Sendable (_ registry: String, _ exchange: Exchange) -> Void = { _, _ in }
    ) {
        self.transport = transport
        self.now = now
        self.ended = ended
        // An endpoint may also be named directly, as a database's repository often is; it speaks the same there.
        self.endpoints = Dictionary(
            endpoints.map { ($0.host, $0) } + endpoints.map { ($0.endpoint, $0) },
            uniquingKeysWith: { first, _ in first })
        allowed = Set(endpoints.map(\.origin))
        tokens = TokenStore(now: now)
    }

    /// How an exchange ended, for whoever counts.
    package enum Exchange: Equatable, Sendable {
        case answered(status: Int)
        case notAnswered
        /// Nobody that we are is answered: the end of a question, not of one request.
        case refused
    }

    /// Where a registry is reached.
    func origin(of registry: String) -> RegistryOrigin {
        endpoints[registry]?.origin ?? .standard(for: registry)
    }

    /// Carries a question through to its answer.
    func answer(
        to question: RegistryConversation.Question, on registry: String, isCounted: Bool,
        _ credentials: [RegistryCredential]
    ) async throws(Failure) -> RegistryResponse {
        let origin = self.origin(of: registry)
        let key = SchemeKey(origin: origin, repository: question.repository)
        var conversation = RegistryConversation(
            question, origin: origin, credentials: credentials,
            scheme: memory.withLock { $0.schemes[key] ?? .open }, allowed: allowed)
        var effect = conversation.started()
        while true {
            switch effect {
            case .send(let request):
                effect = conversation.answered(try await send(request, for: registry, isCounted: isCounted))
            case .fetchToken(let demand, let refused):
                do throws(TokenFailure) {
                    let token = try await tokens.token(for: demand, instead: refused) {
                        (request) throws(Failure) in
                        try await self.send(request, for: registry, isCounted: false)
                    }
                    effect = conversation.tokenArrived(token)
                } catch {
                    effect = conversation.tokenFailed(error)
                }
            case .finished(let response):
                remember(conversation.learnt, key)
                return response
            case .failed(let reason, let status):
                if reason == .unauthorized { ended(registry, .refused) }
                throw Failure(reason: reason, httpStatus: status)
            }
        }
    }

    /// Why a question has no answer.
    struct Failure: Error {
        var reason: RegistryError.Reason
        var httpStatus: Int?
    }

    /// One exchange, if the budget of its host and account allows it.
    private func send(
        _ request: RegistryRequest, for registry: String, isCounted: Bool
    ) async throws(Failure) -> RegistryResponse {
        let key = BudgetKey(host: request.host, identity: request.identity)
        let start = now()
        if let wait = memory.withLock({ $0.budgets[key]?.wait(isCounted: isCounted, now: start) }) {
            throw Failure(reason: .rateLimited(retryAfter: wait))
        }
        let response: RegistryResponse
        do throws(TransportError) {
            response = try await exchange(request, until: start + Self.answerLimit)
        } catch {
            ended(registry, .notAnswered)
            throw Failure(reason: error.reason)
        }
        ended(registry, .answered(status: response.status))
        memory.withLock { memory in
            let now = self.now()
            memory.budgets[key, default: RegistryBudget()].answered(response, now: now)
            // Most have nothing to say, and need not be kept.
            if memory.budgets[key]?.isOpen(now: now) == true { memory.budgets[key] = nil }
            if memory.budgets.count > Self.memoryLimit {
                memory.budgets = memory.budgets.filter { !$0.value.isOpen(now: now) }
            }
        }
        return response
    }

    private func exchange(
        _ request: RegistryRequest, until deadline: Instant
    ) async throws(TransportError) -> RegistryResponse {
        let response = try await transport.send(HTTPRequest(request))
        let isProblem = response.status >= 300
        let limit = isProblem ? RegistryProblem.bodyLimit : request.bodyLimit
        var body: [UInt8] = []
        if request.method != .head, limit > 0 {
            while let chunk = try await response.body.next() {
                if now() > deadline { throw .timedOut(after: Self.answerLimit) }
                if body.count + chunk.count > limit {
                    // The rest of an error's page says nothing.
                    if isProblem { break }
                    throw .tooLarge(limit: limit)
                }
                body += chunk
            }
        }
        return RegistryResponse(
            status: response.status,
            headers: response.headers.prefix(100).map { .init($0.name, String($0.value.prefix(8_192))) }, body: body)
    }

    private func remember(_ scheme: RegistryConversation.Scheme?, _ key: SchemeKey) {
        memory.withLock { memory in
            if memory.schemes.count >= Self.memoryLimit { memory.schemes = [:] }
            memory.schemes[key] = scheme == .open ? nil : scheme
        }
    }
}

extension HTTPRequest {
    fileprivate init(_ request: RegistryRequest) {
        let method: HTTPMethod =
            switch request.method {
            case .get: .get
            case .head: .head
            case .post: .post
            }
        self.init(
            method, request.url, headers: request.headers.map { HTTPHeader($0.name, $0.value) }, body: request.body,
            timeout: RegistryClient.timeout, inactivityLimit: RegistryClient.timeout)
        headers.append(HTTPHeader("User-Agent", "watchbill"))
    }
}

extension TransportError {
    var reason: RegistryError.Reason {
        switch self {
        case .notConnected(let why), .interrupted(let why), .refused(let why): .unreachable(why)
        case .timedOut(let limit): .unreachable("no answer within \(limit)")
        case .tooLarge(let limit): .invalid("it is longer than \(limit) bytes")
        case .cancelled: .unreachable("cancelled")
        }
    }
}
