// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import JSONScan
import OCIModel

extension RegistryClient {
    /// The most bytes of a token server's answer that are read.
    private static let tokenAnswerLimit = 64 * 1024

    /// The value of the `Authorization` header that answers a 401, nil where nothing we have does.
    func authorization(
        answering response: HTTPResponse, _ reference: ImageReference, _ credential: Credential?
    ) async throws(RegistryError) -> String? {
        let challenges = response.headers.filter { $0.name.lowercased() == "www-authenticate" }
            .flatMap { AuthenticationChallenge.parse($0.value) }
        if let credential, challenges.contains(where: { $0.scheme == .basic }) {
            let pair = Base64.encode(Array("\(credential.user):\(credential.password.exposed)".utf8))
            return "Basic \(pair)"
        }
        guard let challenge = challenges.first(where: { $0.scheme == .bearer }), let realm = challenge.realm else {
            return nil
        }
        return "Bearer \(try await token(for: challenge, realm, reference))"
    }

    /// Fetches a token without credentials, as public repositories give it to anyone.
    ///
    /// Source: distribution, "Token Authentication Specification".
    private func token(
        for challenge: AuthenticationChallenge, _ realm: String, _ reference: ImageReference
    ) async throws(RegistryError) -> String {
        guard isTrusted(realm, for: reference) else {
            throw reference.invalid("it asks for a token of a server that is neither https nor the registry itself")
        }
        let scope = challenge.scope ?? "repository:\(reference.repository):pull"
        var query = "scope=\(Self.escaped(scope))"
        if let service = challenge.service { query = "service=\(Self.escaped(service))&" + query }
        let request = HTTPRequest(
            .get, realm + (realm.contains("?") ? "&" : "?") + query,
            headers: [HTTPHeader("Accept", "application/json"), HTTPHeader("User-Agent", "watchbill")],
            timeout: Self.timeout, inactivityLimit: Self.timeout)
        let response = try await send(request, reference)
        guard response.status == 200 else {
            throw reference.error(
                response.status >= 500 ? .unreachable("its token server answers \(response.status)") : .unauthorized)
        }
        let bytes: [UInt8]
        do throws(TransportError) {
            bytes = try await response.body.collect(upTo: Self.tokenAnswerLimit)
        } catch {
            throw reference.error(error)
        }
        let answer: JSONValue
        do throws(JSONError) { answer = try JSONValue(parsing: bytes) } catch {
            throw reference.invalid("its token server's answer is no JSON")
        }
        guard let token = (answer["token"] ?? answer["access_token"])?.stringValue, Self.isToken(token) else {
            throw reference.invalid("its token server's answer holds no token")
        }
        return token
    }

    /// A realm is asked over TLS, or without it where the registry itself is reached so at the same host and port.
    private func isTrusted(_ realm: String, for reference: ImageReference) -> Bool {
        guard realm.utf8.count <= 2_048, realm.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !realm.contains("#") else {
            return false
        }
        for scheme in ["https", "http"] where realm.hasPrefix(scheme + "://") {
            let host = realm.dropFirst(scheme.utf8.count + 3).prefix { $0 != "/" && $0 != "?" }
            guard RegistryHost.isValid(String(host)) else { return false }
            return scheme == "https" || (scheme, String(host)) == origin(of: reference)
        }
        return false
    }

    /// RFC 6750 `b64token` characters, which cannot break out of a header.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 32 * 1024 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// Everything but letters, digits and `-._~` as `%XX` (RFC 3986).
    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
