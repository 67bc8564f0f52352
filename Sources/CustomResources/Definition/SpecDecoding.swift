// SPDX-License-Identifier: Apache-2.0
import Essentials
import FoundationEssentials
import JSONScan
import Schema

/// Reads the `spec` of one of our kinds: by its schema first, whose words people know, then into its type.
///
/// The API server has checked the same schema, unless its CRD is older than this program.
enum SpecDecoding {
    /// The specs that we read are small; a larger one is refused before anything is made of it.
    private static let limits = JSONLimits(maximumDepth: 32, maximumBytes: 1 << 20, maximumValues: 100_000)

    static func decode<Spec: Decodable>(
        _ type: Spec.Type, from scanner: inout JSONScanner, schema: Schema
    ) throws(JSONError) -> Spec {
        let offset = scanner.offset
        let bytes = Array(try scanner.captureValue())
        var inner = JSONScanner(bytes, limits: limits)
        let value = schema.normalized(schema.pruned(try inner.readValue()))
        if let violation = schema.validate(value, path: "spec").first {
            let path = violation.path.hasPrefix("spec.") ? String(violation.path.dropFirst(5)) : ""
            throw JSONError(path: path, offset: offset, reason: violation.message)
        }
        do {
            return try JSONDecoder().decode(Spec.self, from: Data(value.canonicalBytes))
        } catch let error as DecodingError {
            throw JSONError(error, offset: offset)
        } catch {
            throw JSONError(offset: offset, reason: "cannot be read")
        }
    }
}

extension JSONError {
    /// The same in our words; no value of the document is in it.
    fileprivate init(_ error: DecodingError, offset: Int) {
        let (context, reason): (DecodingError.Context?, String) =
            switch error {
            case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
                (context, "expected \(type)")
            case .keyNotFound(let key, let context): (context, "Required value: \(key.stringValue)")
            case .dataCorrupted(let context): (context, context.debugDescription)
            @unknown default: (nil, "cannot be read")
            }
        self.init(offset: offset, reason: reason)
        for key in (context?.codingPath ?? []).reversed() {
            self = key.intValue.map(inElement) ?? inMember(key.stringValue)
        }
    }
}
