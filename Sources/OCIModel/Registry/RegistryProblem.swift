// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// What a registry says is wrong: the first of its `errors` (OCI distribution specification 1.1, "Error Codes").
package struct RegistryProblem: Hashable, Sendable, CustomStringConvertible {
    /// `MANIFEST_UNKNOWN`.
    package let code: String
    package let message: String

    /// The most bytes of an error's body that are read.
    package static let bodyLimit = 16 * 1024

    /// Nil for a body that is none: a page, nothing, text of a proxy.
    package init?(_ body: [UInt8]) {
        guard !body.isEmpty, body.count <= Self.bodyLimit else { return nil }
        let document: JSONValue
        do {
            document = try JSONValue(parsing: body, limits: .init(maximumDepth: 32, maximumValues: 2_000))
        } catch {
            return nil
        }
        guard let first = document["errors"]?[0], let code = first["code"]?.stringValue, !code.isEmpty,
            code.utf8.count <= 64, code.utf8.allSatisfy({ $0.isAlphanumeric || $0 == UInt8(ascii: "_") })
        else { return nil }
        self.code = code
        message = first["message"]?.stringValue ?? ""
    }

    /// Code and quoted message.
    package var description: String { message.isEmpty ? code : "\(code) \(quoted(message))" }
}
