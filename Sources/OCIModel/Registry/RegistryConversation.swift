// SPDX-License-Identifier: Apache-2.0
import Essentials

/// One question to a registry, with everything that stands between it and the answer: challenges, tokens, credentials that do
/// not fit, redirects.
///
/// Every credential is tried in its order, then none, as the kubelet does. A credential and what is made of it goes to the
/// registry's own origin and to the token server that this names, and nowhere else. The number of requests has an end.
package struct RegistryConversation: Sendable {
    package struct Question: Equatable, Sendable {
        package var method: RegistryRequest.Method
        /// Path and query at the registry.
        package var path: String
        package var accept: String
        package var repository: String
        package var bodyLimit: Int

        package init(
            _ method: RegistryRequest.Method, _ path: String, accept: String, repository: String, bodyLimit: Int
        ) {
            self.method = method
            self.path = path
            self.accept = accept
            self.repository = repository
            self.bodyLimit = bodyLimit
        }
    }

    /// How a registry wants to know who asks; learnt once, used for every later question.
    package enum Scheme: Hashable, Sendable {
        case open
        case basic
        case bearer(realm: RegistryLocation, service: String?, scopes: [String])
    }

    package enum Effect: Equatable, Sendable {
        case send(RegistryRequest)
        /// A token is to be fetched, or taken from those that are there; not the one that was refused.
        case fetchToken(TokenDemand, instead: RegistryToken?)
        /// An answer below 300, or 404 and the like: not about who asks.
        case finished(RegistryResponse)
        case failed(RegistryError.Reason, httpStatus: Int?)
    }

    /// What a registry is asked for on behalf of one conversation, redirects and tries with other credentials included.
    static let requestLimit = 12
    private static let redirectLimit = 3

    package let question: Question
    private let origin: RegistryOrigin
    private let credentials: [RegistryCredential]
    /// Origins inside the network that the operator's configuration names.
    private let allowed: Set<RegistryOrigin>

    private var scheme: Scheme
    private var location: RegistryLocation
    private var redirects = 0
    /// True from the first redirect to another origin on, even if a later one leads back.
    private var hasLeft = false
    private var requests = 0
    /// Of `credentials`; their count stands for none at all.
    private var place = 0
    private var token: RegistryToken?
    private var isAuthorized = false
    private var hasRetriedToken = false
    private var isPinging = false
    private var hasPinged = false

    package init(
        _ question: Question, origin: RegistryOrigin, credentials: [RegistryCredential], scheme: Scheme = .open,
        allowed: Set<RegistryOrigin> = []
    ) {
        self.question = question
        self.origin = origin
        self.credentials = credentials
        self.scheme = scheme
        self.allowed = allowed
        location = RegistryLocation(origin, question.path)
    }

    /// The credential that is being tried; none where a redirect has led to somebody else.
    private var credential: RegistryCredential? {
        !hasLeft && place < credentials.count ? credentials[place] : nil
    }

    /// What was learnt of how the registry wants to know who asks; nil where the answer came from elsewhere.
    package var learnt: Scheme? { hasLeft ? nil : scheme }

    package mutating func started() -> Effect { authorize() }

    /// The token that was asked for.
    package mutating func tokenArrived(_ token: RegistryToken) -> Effect {
        self.token = token
        return send(authorization: .init("Authorization", "Bearer " + token.text.exposed))
    }

    /// The token that was asked for is not to be had.
    package mutating func tokenFailed(_ failure: TokenFailure) -> Effect {
        guard failure.reason == .unauthorized else { return .failed(failure.reason, httpStatus: failure.httpStatus) }
        return next(failure.httpStatus)
    }

    package mutating func answered(_ response: RegistryResponse) -> Effect {
        if isPinging {
            isPinging = false
            return challenged(response)
        }
        switch response.status {
        case 401: return challenged(response)
        case 403: return next(403)
        case 301, 302, 303, 307, 308: return redirected(response)
        case 408, 500...599: return .failed(.unreachable(Self.words(response)), httpStatus: response.status)
        case 429: return .failed(.rateLimited(retryAfter: RetryAfter.wait(response)), httpStatus: 429)
        case 200...299, 400...499: return .finished(response)
        default: return .failed(.invalid("status \(response.status)"), httpStatus: response.status)
        }
    }

    // MARK: Who asks

    /// Asks as the credential at hand and the known scheme want it.
    private mutating func authorize() -> Effect {
        switch scheme {
        case .open: return send(authorization: nil)
        case .basic:
            guard let credential else { return send(authorization: nil) }
            return send(authorization: credential.basic)
        case .bearer(let realm, let service, let scopes):
            return .fetchToken(
                TokenDemand(realm: realm, service: service, scopes: scopes, credential: credential), instead: nil)
        }
    }

    private mutating func challenged(_ response: RegistryResponse) -> Effect {
        let challenges = response.headers("www-authenticate").prefix(8).flatMap(AuthenticationChallenge.parse)
        if isAuthorized {
            if case .bearer(let realm, let service, let known) = scheme, !hasRetriedToken {
                // The token has ended early, or the registry wants it for more than it said before.
                hasRetriedToken = true
                let asked = challenges.first { $0.scheme == .bearer }?.scope.map(Self.scopes) ?? []
                let scopes = asked + known.filter { !asked.contains($0) }
                scheme = .bearer(realm: realm, service: service, scopes: scopes)
                return .fetchToken(
                    TokenDemand(realm: realm, service: service, scopes: scopes, credential: credential), instead: token)
            }
            return next(401)
        }
        if credential != nil, challenges.contains(where: { $0.scheme == .basic }) {
            scheme = .basic
            return authorize()
        }
        if let challenge = challenges.first(where: { $0.scheme == .bearer && $0.realm != nil }) {
            guard let realm = challenge.realm.flatMap({ RegistryLocation($0) }), isTrusted(realm.origin) else {
                return .failed(
                    .invalid("it names a token server that is neither outside over https nor the registry itself"),
                    httpStatus: response.status)
            }
            let scopes = challenge.scope.map(Self.scopes) ?? ["repository:\(question.repository):pull"]
            scheme = .bearer(realm: realm, service: challenge.service, scopes: scopes)
            return authorize()
        }
        if challenges.contains(where: { $0.scheme == .basic }) { return next(response.status) }
        // Some (once gcr.io) challenge at the entrance only.
        guard !hasPinged, !hasLeft else { return next(401) }
        hasPinged = true
        isPinging = true
        return send(authorization: nil)
    }

    /// The next credential, none after the last.
    private mutating func next(_ status: Int?) -> Effect {
        guard credential != nil, scheme != .open else { return .failed(.unauthorized, httpStatus: status) }
        place += 1
        hasRetriedToken = false
        token = nil
        return authorize()
    }

    private static func scopes(_ text: String) -> [String] {
        text.split(separator: " ").prefix(16).map { String($0.prefix(512)) }
    }

    /// The registry's own origin, one of the configuration, or one outside over TLS.
    private func isTrusted(_ other: RegistryOrigin) -> Bool {
        other == origin || allowed.contains(other) || (!other.isPlainHTTP && !other.isInside)
    }

    // MARK: Requests

    private mutating func send(authorization: RegistryRequest.Header?) -> Effect {
        guard requests < Self.requestLimit else {
            return .failed(.invalid("no answer after \(Self.requestLimit) requests"), httpStatus: nil)
        }
        requests += 1
        isAuthorized = authorization != nil
        var request = RegistryRequest(
            method: isPinging ? .get : question.method, url: isPinging ? origin.url("/v2/") : location.url,
            bodyLimit: isPinging ? 0 : question.bodyLimit, host: location.origin.host,
            identity: authorization == nil ? nil : credential)
        if !isPinging { request.headers = [.init("Accept", question.accept)] }
        if let authorization { request.headers.append(authorization) }
        return .send(request)
    }

    /// Follows to another place: with what was used before at the same origin, with nothing at another one.
    private mutating func redirected(_ response: RegistryResponse) -> Effect {
        func refused(_ why: String) -> Effect { .failed(.invalid(why), httpStatus: response.status) }
        guard redirects < Self.redirectLimit else {
            return refused("more than \(Self.redirectLimit) redirects, one after the other")
        }
        guard let target = response.header("location").flatMap({ RegistryLocation($0, relativeTo: location) }) else {
            return refused("status \(response.status) without a place to go to")
        }
        guard target.origin == location.origin || isTrusted(target.origin) else {
            return refused("it redirects to \(quoted(target.origin.url(""))), where nobody may be sent")
        }
        redirects += 1
        if target.origin != location.origin {
            // A stranger: no credential, and whatever scheme it has is its own.
            hasLeft = true
            scheme = .open
            token = nil
            hasRetriedToken = false
        }
        location = target
        return authorize()
    }

    private static func words(_ response: RegistryResponse) -> String {
        "status \(response.status)" + (RegistryProblem(response.body).map { ", \($0.description)" } ?? "")
    }
}
