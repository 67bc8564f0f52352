// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

extension VEXDocument {
    /// How many statements, products, parts and components may stand in one document.
    package static let countLimit = 20_000
    /// A ConfigMap holds no more than a mebibyte.
    private static let limits = JSONLimits(maximumDepth: 64, maximumBytes: 2 << 20, maximumValues: 400_000)

    /// Reads a document, whichever of the two formats it is in.
    package init(parsing bytes: [UInt8]) throws(VEXError) {
        let root: JSONValue
        do throws(JSONError) { root = try JSONValue(parsing: bytes, limits: Self.limits) } catch {
            throw VEXError(error)
        }
        if root["bomFormat"]?.stringValue == "CycloneDX" {
            var reader = CycloneDXReader(root)
            self.init(try reader.statements())
        } else if root["@context"]?.stringValue?.isEmpty == false {
            var reader = OpenVEXReader(root)
            self.init(try reader.statements())
        } else {
            throw .unknownFormat
        }
    }
}

/// Counts what a document is made of, and reads members whose type the format fixes.
struct VEXMembers {
    private var count = 0

    /// Counts one more thing.
    mutating func take() throws(VEXError) {
        count += 1
        guard count <= VEXDocument.countLimit else { throw .tooLarge(limit: VEXDocument.countLimit) }
    }

    /// The elements of an array; none when it is absent or null.
    static func array(_ value: JSONValue?, _ path: @autoclosure () -> String) throws(VEXError) -> [JSONValue] {
        guard let value, !value.isNull else { return [] }
        guard let array = value.arrayValue else { throw .unexpectedType(path: path()) }
        return array
    }

    /// A text; nil when it is absent or null.
    static func text(_ value: JSONValue?, _ path: @autoclosure () -> String) throws(VEXError) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.stringValue else { throw .unexpectedType(path: path()) }
        return text
    }
}
