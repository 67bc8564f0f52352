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
