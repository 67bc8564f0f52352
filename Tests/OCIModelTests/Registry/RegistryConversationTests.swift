// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import OCIModel

@Suite struct RegistryConversationTests {
    typealias Header = RegistryRequest.Header
    typealias Conversation = RegistryConversation

    static let origin = RegistryOrigin(host: "r.io", isPlainHTTP: false)
    static let bearer = Header(
        "WWW-Authenticate", #"Bearer realm="https://auth.io/token",service="s",scope="repository:a:pull""#)
    static let basic = Header("WWW-Authenticate", #"Basic realm="r""#)

    static func conversation(
        _ users: [String] = [], scheme: Conversation.Scheme = .open, allowed: Set<RegistryOrigin> = []
    ) -> Conversation {
        let question = Conversation.Question(.head, "/v2/a/manifests/1", accept: "x/y", repository: "a", bodyLimit: 10)
        return Conversation(
            question, origin: origin,
            credentials: users.map { RegistryCredential(username: $0, password: Redacted("secret")) }, scheme: scheme,
            allowed: allowed)
    }

    /// What a registry and a token server of a test do with a request.
    struct Server {
        /// By URL and the value of `Authorization`.
        var answer: (_ url: String, _ authorization: String) -> RegistryResponse
        var token: (TokenDemand, _ refused: RegistryToken?) -> Result<RegistryToken, TokenFailure> = { demand, _ in
            .success(
                RegistryToken(
                    text: Redacted("for-" + (demand.credential?.username ?? "nobody")), lifetime: .seconds(60)))
        }
    }

    /// Every step until the end: `HEAD url authorization`, `token service user scopes`.
    static func play(_ conversation: Conversation, _ server: Server) -> (
        steps: [String], end: Conversation.Effect, learnt: Conversation.Scheme?
    ) {
        var conversation = conversation
        var steps: [String] = []
        var effect = conversation.started()
        while steps.count < 100 {
            switch effect {
            case .send(let request):
                let authorization = request.headers.first { $0.name == "Authorization" }?.value ?? ""
                steps.append("\(request.method) \(request.url) \(authorization)")
                effect = conversation.answered(server.answer(request.url, authorization))
            case .fetchToken(let demand, let refused):
                steps.append(
                    "token \(demand.realm.url) \(demand.credential?.username ?? "-") \(demand.scopes.joined(separator: "+"))"
                )
                switch server.token(demand, refused) {
                case .success(let token): effect = conversation.tokenArrived(token)
                case .failure(let failure): effect = conversation.tokenFailed(failure)
                }
            case .finished, .failed: return (steps, effect, conversation.learnt)
            }
        }
        return (steps, effect, nil)
    }

    static let ok = RegistryResponse(status: 200)

    static func encoded(_ user: String) -> String { "Basic " + Base64.encode(Array("\(user):secret".utf8)) }

    // MARK: Who asks

    @Test func `an open registry is asked once`() {
        let (steps, end, learnt) = Self.play(Self.conversation(["u"]), Server { _, _ in Self.ok })
        #expect(steps == ["head https://r.io/v2/a/manifests/1 "])
        #expect(end == .finished(Self.ok))
        #expect(learnt == .open)
    }

    @Test func `a challenge is answered with a token, and the next time at once`() {
        let server = Server { _, authorization in
            authorization == "Bearer for-nobody" ? Self.ok : RegistryResponse(status: 401, headers: [Self.bearer])
        }
        let (steps, end, learnt) = Self.play(Self.conversation(), server)
        #expect(
            steps == [
                "head https://r.io/v2/a/manifests/1 ", "token https://auth.io/token - repository:a:pull",
                "head https://r.io/v2/a/manifests/1 Bearer for-nobody",
            ])
        #expect(end == .finished(Self.ok))
        let again = Self.play(Self.conversation(scheme: learnt ?? .open), server)
        #expect(again.steps == Array(steps.dropFirst()))
    }

    @Test func `every credential is tried, then none`() {
        // Two are stale, as on ghcr.io, and the repository is open to anybody.
        let server = Server { _, authorization in
            authorization == "Bearer for-nobody"
                ? Self.ok : RegistryResponse(status: authorization.isEmpty ? 401 : 403, headers: [Self.bearer])
        } token: { demand, _ in
            demand.credential?.username == "second"
                ? .failure(TokenFailure(.unauthorized))
                : .success(
                    RegistryToken(
                        text: Redacted("for-" + (demand.credential?.username ?? "nobody")), lifetime: .seconds(60)))
        }
        let (steps, end, _) = Self.play(Self.conversation(["first", "second"]), server)
        #expect(
            steps.dropFirst().map { $0.split(separator: " ").last ?? "" } == [
                "repository:a:pull", "for-first", "repository:a:pull", "repository:a:pull", "for-nobody",
            ])
        #expect(end == .finished(Self.ok))
    }

    @Test func `a Basic challenge takes the credentials one after the other`() {
        let server = Server { _, authorization in
            authorization == Self.encoded("good")
                ? Self.ok
                : RegistryResponse(status: 401, headers: [Header("WWW-Authenticate", "Negotiate"), Self.basic])
        }
        let (steps, end, learnt) = Self.play(Self.conversation(["bad", "good"]), server)
        let url = "head https://r.io/v2/a/manifests/1 "
        #expect(steps == [url, url + Self.encoded("bad"), url + Self.encoded("good")])
        #expect(end == .finished(Self.ok))
        #expect(learnt == .basic)
        #expect(Self.play(Self.conversation(["good"], scheme: .basic), server).steps == [url + Self.encoded("good")])
        #expect(Self.play(Self.conversation(["bad"]), server).end == .failed(.unauthorized, httpStatus: 401))
        #expect(Self.play(Self.conversation(), server).end == .failed(.unauthorized, httpStatus: 401))
    }

    @Test func `a token that has ended is fetched anew, once`() {
        var given = 0
        let server = Server { _, authorization in
            authorization == "Bearer t2" ? Self.ok : RegistryResponse(status: 401, headers: [Self.bearer])
        } token: { _, refused in
            given += 1
            #expect(refused.map(\.text.exposed) == (given == 1 ? nil : "t\(given - 1)"))
            return .success(RegistryToken(text: Redacted("t\(given)"), lifetime: .seconds(60)))
        }
        #expect(Self.play(Self.conversation(), server).end == .finished(Self.ok))
        let endless = Server { _, _ in RegistryResponse(status: 401, headers: [Self.bearer]) }
        let (steps, end, _) = Self.play(Self.conversation(["a", "b"]), endless)
        #expect(end == .failed(.unauthorized, httpStatus: 401))
        #expect(steps.filter { $0.hasPrefix("head") }.count == 7)
    }

    @Test func `a wider scope that a later challenge asks for goes in front`() {
        let wider = Header(
            "WWW-Authenticate",
            #"Bearer realm="https://auth.io/token",scope="repository:a:metadata_read",error="insufficient_scope""#)
        let server = Server { _, authorization in
            switch authorization {
            case "": RegistryResponse(status: 401, headers: [Self.bearer])
            case "Bearer 2": Self.ok
            default: RegistryResponse(status: 401, headers: [wider])
            }
        } token: { demand, _ in
            .success(RegistryToken(text: Redacted("\(demand.scopes.count)"), lifetime: .seconds(60)))
        }
        let (steps, end, learnt) = Self.play(Self.conversation(), server)
        #expect(steps.contains("token https://auth.io/token - repository:a:metadata_read+repository:a:pull"))
        #expect(end == .finished(Self.ok))
        guard case .bearer(_, _, let scopes)? = learnt else {
            Issue.record("nothing learnt")
            return
        }
        #expect(scopes == ["repository:a:metadata_read", "repository:a:pull"])
    }

    @Test func `a refusal without a challenge is taken to the entrance`() {
        let server = Server { url, authorization in
            url.hasSuffix("/v2/")
                ? RegistryResponse(status: 401, headers: [Self.bearer])
                : authorization.isEmpty ? RegistryResponse(status: 401) : Self.ok
        }
        let (steps, end, _) = Self.play(Self.conversation(), server)
        #expect(
            steps.map { $0.prefix(23) } == [
                "head https://r.io/v2/a/", "get https://r.io/v2/ ", "token https://auth.io/t",
                "head https://r.io/v2/a/",
            ])
        #expect(end == .finished(Self.ok))
        let mute = Self.play(Self.conversation(["u"]), Server { _, _ in RegistryResponse(status: 401) })
        #expect(mute.end == .failed(.unauthorized, httpStatus: 401))
        #expect(mute.steps.count == 2)
    }

    @Test(arguments: [
        "http://auth.example.com/token", "https://169.254.169.254/latest", "https://metadata.google.internal/x",
        "https://localhost/x", "ftp://example.com/x", "token",
        "https://user@evil/x", "https:///x", "https://[fd00::1]/x", "http://r.io/token", "https://registry/token",
    ])
    func `no token is asked of a server of the inside, nor without TLS`(realm: String) {
        let challenge = Header("WWW-Authenticate", "Bearer realm=\"\(realm)\"")
        let (steps, end, _) = Self.play(
            Self.conversation(["u"]), Server { _, _ in RegistryResponse(status: 401, headers: [challenge]) })
        #expect(steps.count == 1)
        guard case .failed(.invalid, 401) = end else {
            Issue.record("\(end)")
            return
        }
    }

    @Test func `a token server of the inside that the configuration names is asked`() {
        let inside = RegistryOrigin(host: "10.0.0.5:5001", isPlainHTTP: true)
        let challenge = Header("WWW-Authenticate", #"Bearer realm="http://10.0.0.5:5001/auth""#)
        let server = Server { _, authorization in
            authorization.isEmpty ? RegistryResponse(status: 401, headers: [challenge]) : Self.ok
        }
        #expect(Self.play(Self.conversation(allowed: [inside]), server).end == .finished(Self.ok))
    }

    // MARK: Redirects

    private func redirect(_ location: String, _ status: Int = 307) -> RegistryResponse {
        RegistryResponse(status: status, headers: [Header("Location", location)])
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect at the registry itself takes the credentials along`(status: Int) {
        let server = Server { url, authorization in
            authorization.isEmpty
                ? RegistryResponse(status: 401, headers: [Self.basic])
                : url.hasSuffix("/moved") ? Self.ok : self.redirect("/v2/moved", status)
        }
        let (steps, end, learnt) = Self.play(Self.conversation(["u"]), server)
        #expect(steps.last == "head https://r.io/v2/moved \(Self.encoded("u"))")
        #expect(end == .finished(Self.ok))
        #expect(learnt == .basic)
    }

    @Test func `a redirect to another host takes nothing along, and nothing is learnt there`() {
        let server = Server { url, authorization in
            if url.hasPrefix("https://other.io") {
                return authorization == "Bearer for-nobody"
                    ? Self.ok : RegistryResponse(status: 401, headers: [Self.basic, Self.bearer])
            }
            return authorization.isEmpty
                ? RegistryResponse(status: 401, headers: [Self.basic]) : self.redirect("https://other.io/v2/x")
        }
        let (steps, end, learnt) = Self.play(Self.conversation(["u"]), server)
        #expect(
            steps.suffix(3) == [
                "head https://other.io/v2/x ", "token https://auth.io/token - repository:a:pull",
                "head https://other.io/v2/x Bearer for-nobody",
            ])
        #expect(end == .finished(Self.ok))
        #expect(learnt == nil)
    }

    @Test func `who has left comes back with nothing`() {
        let server = Server { url, _ in
            url.hasPrefix("https://other.io")
                ? self.redirect("https://r.io/v2/steal")
                : url.hasSuffix("steal")
                    ? RegistryResponse(status: 401, headers: [Self.basic]) : self.redirect("https://other.io/")
        }
        let (steps, end, _) = Self.play(Self.conversation(["u"]), server)
        #expect(steps.allSatisfy { $0.hasSuffix(" ") })
        #expect(end == .failed(.unauthorized, httpStatus: 401))
    }

    @Test(arguments: [
        "http://169.254.169.254/latest/meta-data", "https://169.254.169.254/", "https://metadata.google.internal/",
        "https://127.0.0.1/", "https://10.0.0.1:6443/api",
        "http://r.io/v2/", "http://other.io/", "file:///etc/passwd", "https://kubernetes.default.svc/api",
        "https://[::1]/", "https://2130706433/", "",
    ])
    func `nobody is sent inside, nor out of TLS`(location: String) {
        let (steps, end, _) = Self.play(Self.conversation(["u"]), Server { _, _ in self.redirect(location) })
        #expect(steps.count == 1)
        guard case .failed(.invalid, 307) = end else {
            Issue.record("\(end)")
            return
        }
    }

    @Test func `redirects have an end`() {
        let (steps, end, _) = Self.play(Self.conversation(), Server { _, _ in self.redirect("https://other.io/") })
        #expect(steps.count == 4)
        #expect(end == .failed(.invalid("more than 3 redirects, one after the other"), httpStatus: 307))
    }

    // MARK: Answers

    @Test(arguments: [
        (404, Conversation.Effect.finished(RegistryResponse(status: 404))),
        (400, .finished(RegistryResponse(status: 400))), (204, .finished(RegistryResponse(status: 204))),
        (403, .failed(.unauthorized, httpStatus: 403)), (429, .failed(.rateLimited(retryAfter: nil), httpStatus: 429)),
        (408, .failed(.unreachable("status 408"), httpStatus: 408)),
        (503, .failed(.unreachable("status 503"), httpStatus: 503)),
        (304, .failed(.invalid("status 304"), httpStatus: 304)),
        (700, .failed(.invalid("status 700"), httpStatus: 700)),
        (0, .failed(.invalid("status 0"), httpStatus: 0)),
    ])
    func `an answer is what it is`(status: Int, end: Conversation.Effect) {
        #expect(Self.play(Self.conversation(), Server { _, _ in RegistryResponse(status: status) }).end == end)
    }

    /// Whatever a registry, those it sends us to and its token server answer: it ends, and a password or what was made of it is
    /// seen by nobody but the registry's own origin and the token server it names before anybody was sent away.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func `no credential goes astray, and every conversation ends`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let locations = [
            "https://other.io/x", "/v2/y", "https://r.io/v2/z", "http://r.io/", "https://10.0.0.1/", "?a=b",
            "https://other.io/v2/",
        ]
        let challenges = [
            Self.bearer, Self.basic, Header("WWW-Authenticate", "Bearer realm=\"https://other.io/t\""),
            Header("WWW-Authenticate", "Negotiate"),
        ]
        let statuses = [200, 401, 401, 401, 403, 307, 302, 404, 429, 500]
        var conversation = Self.conversation(["u", "v", "w"].dropLast(Int.random(in: 0...3, using: &generator)))
        var effect = conversation.started()
        var hasLeft = false
        var requests = 0
        var steps = 0
        walk: while steps < 100 {
            steps += 1
            switch effect {
            case .send(let request):
                requests += 1
                let isOwn = request.url.hasPrefix("https://r.io/")
                if !isOwn { hasLeft = true }
                let authorization = request.headers.first { $0.name == "Authorization" }?.value
                if hasLeft { #expect(authorization == nil || authorization == "Bearer nobody") }
                var response = RegistryResponse(status: statuses.randomElement(using: &generator) ?? 0)
                response.headers.append(Header("Location", locations.randomElement(using: &generator) ?? ""))
                if Bool.random(using: &generator), let challenge = challenges.randomElement(using: &generator) {
                    response.headers.append(challenge)
                }
                effect = conversation.answered(response)
            case .fetchToken(let demand, _):
                if hasLeft { #expect(demand.credential == nil) }
                effect =
                    Bool.random(using: &generator)
                    ? conversation.tokenArrived(
                        RegistryToken(
                            text: Redacted(demand.credential == nil ? "nobody" : "somebody"), lifetime: .seconds(60)))
                    : conversation.tokenFailed(TokenFailure(.unauthorized))
            case .finished, .failed: break walk
            }
        }
        #expect(steps < 100)
        #expect(requests <= Conversation.requestLimit)
    }
}
