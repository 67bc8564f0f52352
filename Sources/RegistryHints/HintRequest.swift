// SPDX-License-Identifier: Apache-2.0
import Digests
import Planning

/// A request to `/hints/<provider>`.
package struct HintRequest: Sendable {
    package var provider: HintProvider
    /// Behind the question mark, as it came.
    package var query: String
    /// Names in lower case.
    package var headers: [String: String]
    package var body: [UInt8]

    package static let bodyLimit = 1 << 20

    package init(_ provider: HintProvider, query: String = "", headers: [String: String] = [:], body: [UInt8]) {
        self.provider = provider
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// Whether the sender knows the secret.
    package func isAuthentic(_ secret: HintSecret) -> Bool {
        switch provider.proof {
        case .signature:
            let name = "sha256="
            guard let text = headers["x-hub-signature-256"], text.hasPrefix(name),
                let signature = Hexadecimal.bytes(text.dropFirst(name.count))
            else { return false }
            return secret.signed(body, signature)
        case .header: return isNamed(secret)
        case .query:
            // Both are compared, so that one does not tell of the other.
            let isTold = token.map { secret.matches($0) } ?? false
            return isNamed(secret) || isTold
        }
    }

    private func isNamed(_ secret: HintSecret) -> Bool {
        guard let text = headers["authorization"] else { return false }
        let scheme = "bearer "
        return secret.matches(text.lowercased().hasPrefix(scheme) ? String(text.dropFirst(scheme.count)) : text)
    }

    private var token: String? {
        for part in query.split(separator: "&") where part.hasPrefix("token=") {
            return Self.decoded(part.dropFirst("token=".count))
        }
        return nil
    }

    /// Percent-encoding of RFC 3986; nil where it is broken.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = Hexadecimal.bytes(String(decoding: rest.prefix(2), as: UTF8.self)), value.count == 1
            else {
                return nil
            }
            bytes += value
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
