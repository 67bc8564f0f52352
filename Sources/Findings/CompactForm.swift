// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import JSONScan
import TrivyReport

/// Why the compact list of a report cannot be read: somebody else wrote it.
package enum CompactFormError: Error, Equatable {
    case notBase64
    case notGzip(GzipError)
    case notJSON(JSONError)
}

/// `compact` of a ScanReport: base64 of gzip of
/// `{"findings": [{id, package, installed, fixed, severity, purl}], "secrets": [{id, count}], "licenses": [{id, package, count}],
/// "misconfigurations": [{id, count}]}`, findings by package, so that thousands of them fit. Equal lists give equal text.
package enum CompactForm {
    /// The longest text, in bytes; it stands beside the lists for people in an object of 256 KiB.
    package static let byteLimit = 96 << 10
    /// The most bytes of JSON, which is what reading costs at most.
    static let contentLimit = 4 << 20

    /// The longest list that fits, and whether something was left away: the mildest vulnerabilities, then everything that
    /// is none. Nil when there is nothing to list.
    package static func encode(_ records: FindingRecords) -> ScanReport.Compact? {
        if records.vulnerabilities.isEmpty && records.others.isEmpty { return nil }
        if let data = fitting(records) { return .init(data: data, isTruncated: !records.isComplete) }
        var (fits, fails): (Int, Int) = (0, records.vulnerabilities.count)
        var best: String?
        while fails - fits > max(1, fails / 32) {
            let middle = fits + (fails - fits) / 2
            var cut = records
            cut.vulnerabilities = Array(records.vulnerabilities.prefix(middle))
            if let data = fitting(cut) {
                (fits, best) = (middle, data)
            } else {
                fails = middle
            }
        }
        if let best { return .init(data: best, isTruncated: true) }
        if records.others.isEmpty { return nil }
        var alone = records
        alone.others = []
        return encode(alone).map { .init(data: $0.data, isTruncated: true) }
    }

    private static func fitting(_ records: FindingRecords) -> String? {
        let content = json(records).canonicalBytes
        guard content.count <= contentLimit else { return nil }
        let compressed = Gzip.compress(content)
        guard (compressed.count + 2) / 3 * 4 <= byteLimit else { return nil }
        return Base64.encode(compressed)
    }

    private static func json(_ records: FindingRecords) -> JSONValue {
        func place(_ record: FindingRecord) -> [String] {
            [
                record.package, record.installed, record.purl ?? "", record.id, record.fixed ?? "",
                record.severity.rawValue,
            ]
        }
        let sorted = records.vulnerabilities.map { (place: place($0), record: $0) }
            .sorted { $0.place.lexicographicallyPrecedes($1.place) }
        var members: [String: JSONValue] = ["findings": .array(sorted.map { json($0.record) })]
        for kind in CountedFinding.Kind.allCases {
            let entries = records.others.filter { $0.kind == kind }
            if !entries.isEmpty { members[kind.rawValue] = .array(entries.map(json)) }
        }
        return .object(members)
    }

    private static func json(_ record: FindingRecord) -> JSONValue {
        .compact([
            "id": .string(record.id), "package": .string(record.package), "installed": .string(record.installed),
            "fixed": record.fixed.map(JSONValue.string), "severity": .string(record.severity.rawValue),
            "purl": record.purl.map(JSONValue.string),
        ])
    }

    private static func json(_ entry: CountedFinding) -> JSONValue {
        .compact([
            "id": .string(entry.id), "package": entry.package.map(JSONValue.string),
            "count": .integer(Int64(entry.count)),
        ])
    }
}

// MARK: Reading

extension CompactForm {
    /// Reads what `encode` wrote; anything else is an error that costs `contentLimit` at most.
    package static func decode(_ text: String) throws(CompactFormError) -> FindingRecords {
        guard text.utf8.count <= byteLimit, let compressed = Base64.decode(Array(text.utf8)[...]) else {
            throw .notBase64
        }
        let content: [UInt8]
        do throws(GzipError) { content = try Gzip.decompress(compressed, limit: contentLimit) } catch {
            throw .notGzip(error)
        }
        var scanner = JSONScanner(content, limits: JSONLimits(maximumDepth: 8, maximumBytes: contentLimit))
        do throws(JSONError) {
            let records = try read(&scanner)
            try scanner.finish()
            return records
        } catch {
            throw .notJSON(error)
        }
    }

    private static func read(_ scanner: inout JSONScanner) throws(JSONError) -> FindingRecords {
        var records = FindingRecords()
        try scanner.readObject { (key, scanner) throws(JSONError) in
            let name = key.string
            if name == "findings" {
                try scanner.readArray { (scanner) throws(JSONError) in
                    records.vulnerabilities.append(try record(&scanner))
                }
            } else if let kind = CountedFinding.Kind(rawValue: name) {
                try scanner.readArray { (scanner) throws(JSONError) in
                    records.others.append(try counted(kind, &scanner))
                }
            }
        }
        return records
    }

    private static func record(_ scanner: inout JSONScanner) throws(JSONError) -> FindingRecord {
        let start = scanner.offset
        var record = FindingRecord(id: "", package: "", installed: "", severity: .unknown)
        var severity: SeverityName?
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "id": record.id = try scanner.readString()
            case "package": record.package = try scanner.readString()
            case "installed": record.installed = try scanner.readString()
            case "fixed": record.fixed = try scanner.readOptionalString()
            case "severity": severity = SeverityName(rawValue: try scanner.readString())
            case "purl": record.purl = try scanner.readOptionalString()
            default: try scanner.skipValue()
            }
        }
        guard let severity, !record.id.isEmpty else {
            throw JSONError(offset: start, reason: "expected a finding with id and severity")
        }
        record.severity = severity
        return record
    }

    private static func counted(
        _ kind: CountedFinding.Kind, _ scanner: inout JSONScanner
    ) throws(JSONError) -> CountedFinding {
        var entry = CountedFinding(kind: kind, id: "", count: 0)
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "id": entry.id = try scanner.readString()
            case "package": entry.package = try scanner.readOptionalString()
            // Never so large that sums could overflow.
            case "count": entry.count = Int(max(0, min(try scanner.readInteger(), 1 << 31)))
            default: try scanner.skipValue()
            }
        }
        return entry
    }
}
