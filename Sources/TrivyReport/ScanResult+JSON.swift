// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

extension ScanResult {
    /// The JSON form; its canonical bytes are equal for equal results.
    package var json: JSONValue {
        .compact([
            "image": image.json,
            "scanner": ["name": .string(scanner.name), "version": .string(scanner.version)],
            "database": database.map { ["updatedTime": .string($0.updatedTime.rfc3339)] },
            "totals": totals.json,
            "findings": .array(findings.map(\.json)),
            "secrets": .array(secrets.map(\.json)),
            "licenses": .array(licenses.map(\.json)),
            "misconfigurations": .array(misconfigurations.map(\.json)),
            "truncated": isTruncated ? true : nil,
            "usage": usage.json,
        ])
    }

    /// Reads the JSON form. What contradicts itself, such as totals below what is listed, is an error: it may be forged.
    package init(from scanner: inout JSONScanner) throws(JSONError) {
        self.init()
        var hasTotals = false
        let start = scanner.offset
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "image": image = try ScannedImage(from: &scanner)
            case "scanner": self.scanner = try Scanner(from: &scanner)
            case "database": database = try Database(from: &scanner)
            case "totals":
                totals = try ScanTotals(from: &scanner)
                hasTotals = true
            case "findings":
                try scanner.readArray { (scanner) throws(JSONError) in findings.append(try Finding(from: &scanner)) }
            case "secrets":
                try scanner.readArray { (scanner) throws(JSONError) in secrets.append(try SecretFinding(from: &scanner))
                }
            case "licenses":
                try scanner.readArray { (scanner) throws(JSONError) in
                    licenses.append(try LicenseFinding(from: &scanner))
                }
            case "misconfigurations":
                try scanner.readArray { (scanner) throws(JSONError) in
                    misconfigurations.append(try Misconfiguration(from: &scanner))
                }
            case "truncated": isTruncated = try scanner.readBool()
            case "usage": usage = try ScanUsage(from: &scanner)
            default: try scanner.skipValue()
            }
        }
        guard hasTotals else { throw JSONError(path: "totals", offset: start, reason: "expected totals, found none") }
        guard totalsCoverLists else {
            throw JSONError(path: "totals", offset: start, reason: "the totals are less than what is listed")
        }
    }

    private var totalsCoverLists: Bool {
        totals.vulnerabilities.covers(SeverityCounts(of: findings.lazy.map(\.severity)))
            && totals.fixable.covers(SeverityCounts(of: findings.lazy.filter(\.isFixable).map(\.severity)))
            && totals.secrets.covers(SeverityCounts(of: secrets.lazy.map(\.severity)))
            && totals.licenses.covers(SeverityCounts(of: licenses.lazy.map(\.severity)))
            && totals.misconfigurations.covers(SeverityCounts(of: misconfigurations.lazy.map(\.severity)))
            && (isTruncated || totalFindings == findings.count)
    }
}

extension ScanResult.Scanner {
    init(from scanner: inout JSONScanner) throws(JSONError) {
        self.init(name: "")
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "name": name = try scanner.readText(upTo: TextLimit.word)
            case "version": version = try scanner.readText(upTo: TextLimit.word)
            default: try scanner.skipValue()
            }
        }
    }
}

extension ScanResult.Database {
    init(from scanner: inout JSONScanner) throws(JSONError) {
        let start = scanner.offset
        var updated: Timestamp?
        try scanner.readObject { (key, scanner) throws(JSONError) in
            if key == "updatedTime" { updated = Timestamp(rfc3339: try scanner.readText(upTo: TextLimit.word)) }
        }
        guard let updated else {
            throw JSONError(path: "updatedTime", offset: start, reason: "expected an RFC 3339 time")
        }
        self.init(updatedTime: updated)
    }
}

extension ScannedImage {
    package var json: JSONValue {
        .compact([
            "name": .string(name), "os": os?.json, "architecture": architecture.map(JSONValue.string),
            "imageID": imageID.map(JSONValue.string),
            "repositoryDigests": repositoryDigests.isEmpty ? nil : .strings(repositoryDigests),
        ])
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        self.init()
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "name": name = try scanner.readText(upTo: TextLimit.path)
            case "os": os = try OperatingSystem(from: &scanner)
            case "architecture": architecture = try scanner.readOptionalText(upTo: TextLimit.word)
            case "imageID": imageID = try scanner.readOptionalText(upTo: TextLimit.digest)
            case "repositoryDigests": repositoryDigests = try scanner.readDigests()
            default: try scanner.skipValue()
            }
        }
    }
}

extension ScannedImage.OperatingSystem {
    package var json: JSONValue {
        .compact(["family": .string(family), "name": .string(name), "endOfLife": isEndOfLife ? true : nil])
    }

    init(from scanner: inout JSONScanner) throws(JSONError) {
        self.init(family: "", name: "")
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "family": family = try scanner.readText(upTo: TextLimit.word)
            case "name": name = try scanner.readText(upTo: TextLimit.word)
            case "endOfLife": isEndOfLife = try scanner.readBool()
            default: try scanner.skipValue()
            }
        }
    }
}

extension ScanTotals {
    package var json: JSONValue {
        .compact([
            "vulnerabilities": vulnerabilities.json, "fixable": fixable.json, "secrets": secrets.json,
            "licenses": licenses.json, "misconfigurations": misconfigurations.json,
            "mayCountTwice": mayCountTwice ? true : nil,
        ])
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        self.init()
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "vulnerabilities": vulnerabilities = try SeverityCounts(from: &scanner)
            case "fixable": fixable = try SeverityCounts(from: &scanner)
            case "secrets": secrets = try SeverityCounts(from: &scanner)
            case "licenses": licenses = try SeverityCounts(from: &scanner)
            case "misconfigurations": misconfigurations = try SeverityCounts(from: &scanner)
            case "mayCountTwice": mayCountTwice = try scanner.readBool()
            default: try scanner.skipValue()
            }
        }
    }
}

extension ScanUsage {
    package var json: JSONValue {
        ["milliseconds": .integer(milliseconds), "peakMemoryBytes": .integer(peakMemoryBytes)]
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        self.init()
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "milliseconds": milliseconds = Int64(try scanner.readCount())
            case "peakMemoryBytes": peakMemoryBytes = Int64(try scanner.readCount())
            default: try scanner.skipValue()
            }
        }
    }
}

extension JSONScanner {
    /// The first eight repository digests.
    mutating func readDigests() throws(JSONError) -> [String] {
        var digests: [String] = []
        try readArray { (scanner) throws(JSONError) in
            let digest = try scanner.readText(upTo: TextLimit.path)
            if digests.count < 8 { digests.append(digest) }
        }
        return digests
    }
}
