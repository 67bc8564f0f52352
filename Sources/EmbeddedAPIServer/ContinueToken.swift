// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel

/// Where the next page of a list starts; opaque to clients.
struct ContinueToken: Equatable {
    /// The snapshot; nil goes on with the newest one.
    var revision: Int?
    var after: ObjectKey?

    init(revision: Int?, after: ObjectKey?) {
        self.revision = revision
        self.after = after
    }

    /// URL-safe base 64 of a small JSON object, as the real one.
    var text: String {
        let object: JSONValue = .compact([
            "v": "meta.k8s.io/v1", "rv": .integer(Int64(revision ?? -1)),
            "start": after.map { .string($0.description) },
        ])
        return Base64.encodeURL(object.canonicalBytes)
    }

    init(parsing text: String) throws(APIFailure) {
        let failure = APIFailure.badRequest("continue key is not valid: \(String(text.prefix(60)))")
        guard let bytes = Base64.decodeURL(text) else { throw failure }
        let object: JSONValue
        do { object = try JSONValue(parsing: bytes) } catch { throw failure }
        guard object["v"] == "meta.k8s.io/v1", let revision = object["rv"]?.integerValue,
            let start = object["start"]?.stringValue
        else { throw failure }
        let parts = start.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), let name = parts.last else { throw failure }
        self.revision = revision < 0 ? nil : Int(revision)
        after = ObjectKey(namespace: parts.count == 2 ? parts[0] : "", name: name)
    }
}

/// Base 64, RFC 4648.
enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Section 5, without padding.
    static func encodeURL(_ bytes: [UInt8]) -> String { encode(bytes, urlSafe, pads: false) }
    /// Section 4, with padding: how Kubernetes writes `data` of a Secret.
    static func encode(_ bytes: [UInt8]) -> String { encode(bytes, standard, pads: true) }

    private static func encode(_ bytes: [UInt8], _ alphabet: [UInt8], pads: Bool) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0...group.count { text.append(alphabet[Int(value >> UInt32(18 - 6 * index)) & 63]) }
            if pads { for _ in group.count..<3 { text.append(UInt8(ascii: "=")) } }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for anything outside the alphabet.
    static func decodeURL(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var value: UInt32 = 0
        var bits = 0
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            guard let digit = urlSafe.firstIndex(of: byte) else { return nil }
            value = value << 6 | UInt32(digit)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(value >> UInt32(bits) & 0xFF))
                value &= (1 << UInt32(bits)) - 1
            }
        }
        return bytes
    }
}
