// SPDX-License-Identifier: Apache-2.0
import JSONScan
import OCIModel
import TrivyReport

/// One image to scan: what is added to the scanner's command, and the id that its frame bears.
package struct ScanUnit: Sendable, Equatable {
    package var id: String
    package var arguments: [String]
    /// How long the scan may take; nil for what the courier's environment says.
    package var timeout: Duration?
    /// The image as its workload names it, for which accounts are looked up.
    package var image: ImageReference?
    /// Registry and repository as the scanner names them, for which it gets the account.
    package var repository: String?

    package init(id: String, arguments: [String]) {
        self.id = id
        self.arguments = arguments
    }

    /// The unit of a courier that was given no list.
    package static let single = ScanUnit(id: "scan", arguments: [])
    private static let maximumCount = 64

    /// Reads `[{"id": "…", "arguments": ["…"], "timeoutSeconds": 600, "image": "…", "repository": "…"}]`: at most 64 units,
    /// each with an id of its own.
    package static func list(parsing text: String) throws(JSONError) -> [ScanUnit] {
        var units: [ScanUnit] = []
        var scanner = JSONScanner(Array(text.utf8), limits: JSONLimits(maximumDepth: 8))
        try scanner.readArray { (scanner) throws(JSONError) in
            let start = scanner.offset
            var unit = ScanUnit(id: "", arguments: [])
            try scanner.readObject { (key, scanner) throws(JSONError) in
                switch key {
                case "id": unit.id = try scanner.readString()
                case "arguments": unit.arguments = try scanner.readStrings()
                case "timeoutSeconds": unit.timeout = try readTimeout(from: &scanner)
                case "image": unit.image = try readImage(from: &scanner)
                case "repository": unit.repository = try scanner.readString()
                default: try scanner.skipValue()
                }
            }
            guard Frame.isUnitID(unit.id), !units.contains(where: { $0.id == unit.id }) else {
                throw JSONError(
                    path: "id", offset: start,
                    reason: "expected an id that no other unit has, of A-Z a-z 0-9 . _ : / @ + -")
            }
            guard units.count < maximumCount else {
                throw JSONError(offset: start, reason: "expected at most \(maximumCount) units, found more")
            }
            units.append(unit)
        }
        try scanner.finish()
        guard !units.isEmpty else { throw JSONError(offset: 0, reason: "expected units, found none") }
        return units
    }

    private static func readTimeout(from scanner: inout JSONScanner) throws(JSONError) -> Duration {
        let (offset, seconds) = (scanner.offset, try scanner.readInteger())
        guard (1...86_400).contains(seconds) else {
            throw JSONError(offset: offset, reason: "expected 1 to 86400 seconds, found \(seconds)")
        }
        return .seconds(seconds)
    }

    private static func readImage(from scanner: inout JSONScanner) throws(JSONError) -> ImageReference {
        let (offset, text) = (scanner.offset, try scanner.readString())
        do throws(ImageReferenceError) {
            return try ImageReference(parsing: text)
        } catch {
            throw JSONError(offset: offset, reason: "\(error)")
        }
    }
}
