// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials

/// A digest of what an object says apart from its identity and metadata, for kinds that we write ourselves.
package enum ContentDigest {
    /// SHA-256 over the canonical form without `apiVersion`, `kind`, `metadata` and `status`, in lower-case hex.
    package static func of(_ object: JSONValue) -> String {
        var members = object.objectValue ?? [:]
        for key in ["apiVersion", "kind", "metadata", "status"] { members[key] = nil }
        return SHA256.hex(JSONValue.object(members).canonicalBytes)
    }
}
