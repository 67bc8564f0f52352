// SPDX-License-Identifier: Apache-2.0
import JSONScan
import KubernetesModel

/// What a page of a list says beside its items.
package struct ListPage: Equatable, Sendable {
    /// The version of the whole list; a watch goes on from the one of the last page.
    package var resourceVersion = ""
    /// Where the next page begins, nil on the last. A page may be short or empty and yet not be the last.
    package var continueToken: String?
    /// How many items are left, where the server knows.
    package var remainingItems: Int64?

    package init(resourceVersion: String = "", continueToken: String? = nil, remainingItems: Int64? = nil) {
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
        self.remainingItems = remainingItems
    }

    /// Reads a page; items go to `item` one by one, what cannot be read goes to `unreadable` and the rest goes on.
    init(
        from scanner: inout JSONScanner, item: (inout JSONScanner) throws(JSONError) -> Void,
        unreadable: (ObjectMetadata, JSONError) -> Void
    ) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": try readMetadata(from: &scanner)
            case "items": try Self.readItems(from: &scanner, item: item, unreadable: unreadable)
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readMetadata(from scanner: inout JSONScanner) throws(JSONError) {
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "resourceVersion": resourceVersion = try scanner.readOptionalString() ?? ""
            case "continue":
                let token = try scanner.readOptionalString() ?? ""
                continueToken = token.isEmpty ? nil : token
            case "remainingItemCount": remainingItems = try scanner.readOptionalInteger()
            default: try scanner.skipValue()
            }
        }
    }

    private static func readItems(
        from scanner: inout JSONScanner, item: (inout JSONScanner) throws(JSONError) -> Void,
        unreadable: (ObjectMetadata, JSONError) -> Void
    ) throws(JSONError) {
        try scanner.readArray { (scanner) throws(JSONError) in
            let start = scanner
            do throws(JSONError) {
                try item(&scanner)
            } catch {
                scanner = start
                // Broken grammar fails here too: then nothing behind it can be read either.
                try scanner.skipValue()
                var again = start
                unreadable(Self.metadata(from: &again), error)
            }
        }
    }

    private static func metadata(from scanner: inout JSONScanner) -> ObjectMetadata {
        do throws(JSONError) {
            return try ObjectMetadata.ofObject(&scanner)
        } catch {
            return ObjectMetadata()
        }
    }
}
