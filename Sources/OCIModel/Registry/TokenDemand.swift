// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// A token that a registry wants to see: from whom, for what, as whom. Equal demands share a token.
///
/// Source: distribution, "Token Authentication Specification" and "Oauth2 Token Authentication".
package struct TokenDemand: Hashable, Sendable {
    package let realm: RegistryLocation
    package let service: String?
    /// Sorted, without repeats; at most sixteen.
    package let scopes: [String]
    package let credential: RegistryCredential?

    /// The most bytes of a token server's answer that are read.
    package static let answerLimit = 64 * 1024

    init(realm: RegistryLocation, service: String?, scopes: [String], credential: RegistryCredential?) {
        self.realm = realm
        self.service = service
        self.scopes = Array(Set(scopes).sorted().prefix(16))
        self.credential = credential
    }

    /// What a user name says that has no password but a refresh token in its place (Azure, `docker login` with a token).
    private var isRefreshToken: Bool {
        credential.map { $0.username == "<token>" || $0.username == "00000000-0000-0000-0000-000000000000" } ?? false
    }

    /// The requests to try, the next one where a server does not know the way of the last (404, 405).
    package var requests: [RegistryRequest] { isRefreshToken ? [post, get] : [get] }

    private var get: RegistryRequest {
        var query = scopes.map { "scope=" + PercentEncoding.query($0) }
        if let service { query.insert("service=" + PercentEncoding.query(service), at: 0) }
        let separator = query.isEmpty ? "" : realm.path.contains("?") ? "&" : "?"
        var headers = [RegistryRequest.Header("Accept", "application/json")]
        if let credential { headers.append(credential.basic) }
        return request(.get, realm.url + separator + query.joined(separator: "&"), headers)
    }

    private var post: RegistryRequest {
        var form = [
            "grant_type=refresh_token", "client_id=watchbill",
            "refresh_token=" + PercentEncoding.query(credential?.password.exposed ?? ""),
        ]
        if let service { form.append("service=" + PercentEncoding.query(service)) }
        if !scopes.isEmpty { form.append("scope=" + PercentEncoding.query(scopes.joined(separator: " "))) }
        var request = request(
            .post, realm.url,
            [.init("Accept", "application/json"), .init("Content-Type", "application/x-www-form-urlencoded")])
        request.body = Array(form.joined(separator: "&").utf8)
        return request
    }

    private func request(_ method: RegistryRequest.Method, _ url: String, _ headers: [RegistryRequest.Header])
        -> RegistryRequest
    {
        RegistryRequest(
            method: method, url: url, headers: headers, bodyLimit: Self.answerLimit, host: realm.origin.host,
            identity: credential)
    }
}

extension RegistryCredential {
    /// RFC 7617.
    var basic: RegistryRequest.Header {
        .init("Authorization", "Basic " + Base64.encode(Array("\(username):\(password.exposed)".utf8)))
    }
}

/// Why a token server gave no token.
package struct TokenFailure: Error, Equatable, Sendable {
    package var reason: RegistryError.Reason
    package var httpStatus: Int?

    package init(_ reason: RegistryError.Reason, httpStatus: Int? = nil) {
        self.reason = reason
        self.httpStatus = httpStatus
    }
}

/// A token, and for how long it is worth something.
package struct RegistryToken: Equatable, Sendable {
    package var text: Redacted<String>
    /// From its answer on.
    package var lifetime: Duration

    package init(text: Redacted<String>, lifetime: Duration) {
        self.text = text
        self.lifetime = lifetime
    }

    /// Reads a token server's answer. A lifetime below a minute, or none, is a minute; none is longer than an hour.
    package init(_ response: RegistryResponse) throws(TokenFailure) {
        switch response.status {
        case 200: break
        case 401, 403: throw TokenFailure(.unauthorized, httpStatus: response.status)
        case 429: throw TokenFailure(.rateLimited(retryAfter: RetryAfter.wait(response)), httpStatus: 429)
        case 408, 500...:
            throw TokenFailure(
                .unreachable("its token server answers \(response.status)"), httpStatus: response.status)
        default:
            throw TokenFailure(.invalid("its token server answers \(response.status)"), httpStatus: response.status)
        }
        let document: JSONValue
        do {
            document = try JSONValue(
                parsing: response.body, limits: .init(maximumDepth: 16, maximumValues: 1_000))
        } catch {
            throw TokenFailure(.invalid("its token server's answer is no JSON"), httpStatus: 200)
        }
        let candidates = [document["token"], document["access_token"]].compactMap { $0?.stringValue }
        guard let text = candidates.first(where: { !$0.isEmpty }), Self.isToken(text) else {
            throw TokenFailure(.invalid("its token server's answer holds no token"), httpStatus: 200)
        }
        self.text = Redacted(text)
        lifetime = .seconds(min(max(document["expires_in"]?.integerValue ?? 60, 60), 3_600))
    }

    /// Characters that cannot break out of a header.
    private static func isToken(_ text: String) -> Bool {
        text.utf8.count <= 32 * 1024 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}

/// RFC 3986: everything but letters, digits and `-._~` as `%XX`.
enum PercentEncoding {
    static func query(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            if byte.isAlphanumeric || "-._~".utf8.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
