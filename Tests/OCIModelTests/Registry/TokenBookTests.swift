// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import OCIModel

@Suite struct TokenBookTests {
    private static let realm = RegistryLocation(RegistryOrigin(host: "auth.io", isPlainHTTP: false), "/token")

    private func demand(_ repository: String, _ user: String? = nil) -> TokenDemand {
        TokenDemand(
            realm: Self.realm, service: "s", scopes: ["repository:\(repository):pull"],
            credential: user.map { RegistryCredential(username: $0, password: Redacted("p")) })
    }

    private func token(_ text: String, seconds: Int = 100) -> RegistryToken {
        RegistryToken(text: Redacted(text), lifetime: .seconds(seconds))
    }

    @Test func `one fetches, the others wait and are told`() {
        var book = TokenBook<Int>()
        let demand = demand("a")
        #expect(book.wanted(demand, instead: nil, by: 1, now: .zero) == .fetch)
        #expect(book.wanted(demand, instead: nil, by: 2, now: .zero) == .wait)
        #expect(book.wanted(demand, instead: nil, by: 3, now: .zero) == .wait)
        #expect(book.wanted(self.demand("b"), instead: nil, by: 4, now: .zero) == .fetch)
        book.left(demand, 2)
        #expect(book.fetched(demand, token("t"), askedAt: .zero) == [3])
        #expect(book.wanted(demand, instead: nil, by: 5, now: .zero + .seconds(79)) == .token(token("t")))
        #expect(book.wanted(demand, instead: nil, by: 6, now: .zero + .seconds(80)) == .fetch)
    }

    @Test func `a token that was refused is not given again`() {
        var book = TokenBook<Int>()
        let demand = demand("a")
        _ = book.wanted(demand, instead: nil, by: 1, now: .zero)
        _ = book.fetched(demand, token("old"), askedAt: .zero)
        #expect(book.wanted(demand, instead: token("older"), by: 2, now: .zero) == .token(token("old")))
        #expect(book.wanted(demand, instead: token("old"), by: 3, now: .zero) == .fetch)
        #expect(book.wanted(demand, instead: token("old"), by: 4, now: .zero) == .wait)
        #expect(book.failed(demand) == [4])
        #expect(book.wanted(demand, instead: nil, by: 5, now: .zero) == .fetch)
    }

    @Test func `who waits takes the place of who gives up`() {
        var book = TokenBook<Int>()
        let demand = demand("a")
        for waiter in 1...3 { _ = book.wanted(demand, instead: nil, by: waiter, now: .zero) }
        #expect(book.abandoned(demand) == 2)
        #expect(book.wanted(demand, instead: nil, by: 4, now: .zero) == .wait)
        #expect(book.fetched(demand, token("t"), askedAt: .zero) == [3, 4])
        _ = book.wanted(demand, instead: token("t"), by: 5, now: .zero)
        #expect(book.abandoned(demand) == nil)
        #expect(book.wanted(demand, instead: token("t"), by: 6, now: .zero) == .fetch)
    }

    @Test func `a token is for one account alone, and the book has an end`() {
        var book = TokenBook<Int>()
        _ = book.wanted(demand("a", "alice"), instead: nil, by: 1, now: .zero)
        _ = book.fetched(demand("a", "alice"), token("t"), askedAt: .zero)
        #expect(book.wanted(demand("a", "bob"), instead: nil, by: 2, now: .zero) == .fetch)
        #expect(book.wanted(demand("a"), instead: nil, by: 3, now: .zero) == .fetch)
        for number in 0..<3_000 {
            _ = book.wanted(demand("\(number)"), instead: nil, by: 10 + number, now: .zero)
            _ = book.fetched(demand("\(number)"), token("t"), askedAt: .zero)
        }
        #expect(book.count == TokenBook<Int>.limit)
    }

    @Test(arguments: [
        (#"{"token":"a.b"}"#, "a.b", 60), (#"{"access_token":"c","expires_in":300}"#, "c", 300),
        (#"{"token":"","access_token":"c"}"#, "c", 60),
        (#"{"token":"a","expires_in":5}"#, "a", 60), (#"{"token":"a","expires_in":99999}"#, "a", 3_600),
        (#"{"token":"a","expires_in":"x"}"#, "a", 60),
        (#"{"token":"a","expires_in":-1}"#, "a", 60),
    ])
    func `reads a token and its life`(body: String, text: String, seconds: Int) throws {
        let token = try RegistryToken(RegistryResponse(status: 200, body: Array(body.utf8)))
        #expect(token == self.token(text, seconds: seconds))
    }

    @Test(arguments: [
        (200, "", TokenFailure(.invalid("its token server's answer is no JSON"), httpStatus: 200)),
        (200, "{}", .init(.invalid("its token server's answer holds no token"), httpStatus: 200)),
        (200, #"{"token":"a\r\nX: y"}"#, .init(.invalid("its token server's answer holds no token"), httpStatus: 200)),
        (401, "", .init(.unauthorized, httpStatus: 401)),
        (403, "", .init(.unauthorized, httpStatus: 403)),
        (429, "", .init(.rateLimited(retryAfter: .seconds(7)), httpStatus: 429)),
        (503, "", .init(.unreachable("its token server answers 503"), httpStatus: 503)),
        (302, "", .init(.invalid("its token server answers 302"), httpStatus: 302)),
    ])
    func `says why there is no token`(status: Int, body: String, failure: TokenFailure) {
        #expect(throws: failure) {
            try RegistryToken(
                RegistryResponse(status: status, headers: [.init("Retry-After", "7")], body: Array(body.utf8)))
        }
    }

    @Test func `a refresh token is posted first, and shown in no description`() {
        let credential = RegistryCredential(username: "<token>", password: Redacted("re/fresh"))
        let demand = TokenDemand(realm: Self.realm, service: "r.io", scopes: ["b", "a", "b"], credential: credential)
        let requests = demand.requests
        #expect(requests.map(\.method) == [.post, .get])
        #expect(
            requests[0].body.map { String(decoding: $0, as: UTF8.self) }
                == "grant_type=refresh_token&client_id=watchbill&refresh_token=re%2Ffresh&service=r.io&scope=a%20b")
        #expect(requests[1].url == "https://auth.io/token?service=r.io&scope=a&scope=b")
        #expect(!"\(demand)".contains("re/fresh"))
    }
}
