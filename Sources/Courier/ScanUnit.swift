// SPDX-License-Identifier: Apache-2.0
import JSONScan
import TrivyReport

/// One image to scan: what is added to the scanner's command, and the id that its frame bears.
package struct ScanUnit: Sendable, Equatable {
    package var id: String
    package var arguments: [String]

    package init(id: String, arguments: [String]) {
        self.id = id
        self.arguments = arguments
    }

    /// The unit of a courier that was given no list.
    package static let single = ScanUnit(id: "scan", arguments: [])
    private static let maximumCount = 64

    /// Reads `[{"id": "…", "arguments": ["…"]}]`: at most 64 units, each with an id of its own.
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
}
