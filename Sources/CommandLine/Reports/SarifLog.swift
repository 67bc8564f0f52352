// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Digests
import Essentials
import Findings
import KubernetesModel
import OCIModel
import ScanPolicyController

/// Findings as a SARIF 2.1.0 log, for what shows such logs beside code.
///
/// Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01"; what GitHub reads of it
/// (`security-severity`, `partialFingerprints`, a physical location) as its documentation says.
package struct SarifLog: Sendable {
    private var rules: [JSONValue] = []
    private var places: [String: Int] = [:]
    private var results: [JSONValue] = []
    private let program: String

    /// - Parameter program: this program's version.
    package init(_ selection: ReportSelection, program: String) {
        self.program = program
        for match in selection.matches {
            for finding in match.findings { add(finding, of: match.entry) }
            if selection.query.isEverything { addListed(match.entry) }
        }
    }

    package var json: JSONValue {
        [
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                [
                    "tool": [
                        "driver": [
                            "name": "watchbill", "version": .string(program),
                            "rules": .array(rules),
                        ]
                    ],
                    "columnKind": "utf16CodeUnits", "results": .array(results),
                ]
            ],
        ]
    }

    // MARK: Results

    private mutating func add(_ finding: FindingRecord, of entry: ReportEntry) {
        let title = entry.title(of: finding)
        let rule = rule(
            finding.id, name: "Vulnerability", title ?? "\(finding.id) in \(finding.package)", finding.severity)
        let remedy = finding.fixed.map { "update it to \($0)" } ?? "no release fixes it yet"
        let image = entry.report.image.reference
        add(
            rule, finding.id, finding.severity,
            "\(finding.package) \(finding.installed) in \(image) has \(finding.id) (\(finding.severity.rawValue)): \(remedy).",
            entry, thing: "\(finding.package)@\(finding.installed)", path: nil, line: 1)
    }

    /// Secrets and failed checks, as far as the report lists them.
    private mutating func addListed(_ entry: ReportEntry) {
        let image = entry.report.image.reference
        for secret in entry.listed["secrets"]?.arrayValue ?? [] {
            guard let id = secret["rule"]?.stringValue, let path = secret["path"]?.stringValue else { continue }
            let severity = Self.severity(secret)
            add(
                rule(id, name: "Secret", "A credential lies in the image: \(id)", severity), id, severity,
                "\(path) in \(image) holds a credential (\(id)): take it out and replace it, because it is known to who has the image.",
                entry, thing: path, path: path, line: max(1, Int(clamping: secret["line"]?.integerValue ?? 1)))
        }
        for check in entry.listed["misconfigurations"]?.arrayValue ?? [] {
            guard let id = check["id"]?.stringValue else { continue }
            let (severity, title) = (Self.severity(check), check["title"]?.stringValue ?? id)
            add(
                rule(id, name: "Misconfiguration", title, severity), id, severity, "\(image): \(title).", entry,
                thing: id, path: nil, line: 1)
        }
    }

    private mutating func add(
        _ rule: Int, _ id: String, _ severity: SeverityName, _ message: String, _ entry: ReportEntry, thing: String,
        path: String?, line: Int
    ) {
        let report = entry.report
        let image = "\(report.image.reference)@\(report.image.digest)"
        let identity = "\(report.metadata.namespace)|\(image)|\(report.image.platform)|\(id)|\(thing)|\(line)"
        results.append([
            "ruleId": .string(id), "ruleIndex": .integer(Int64(rule)), "level": .string(severity.sarifLevel),
            "message": ["text": .string(message)],
            "locations": [
                [
                    "physicalLocation": [
                        "artifactLocation": ["uri": .string(Self.uri(report.image.reference, path))],
                        "region": ["startLine": .integer(Int64(line))],
                    ],
                    "logicalLocations": [
                        ["name": .string(thing), "fullyQualifiedName": .string("\(image)/\(thing)"), "kind": "module"]
                    ],
                ]
            ],
            "partialFingerprints": ["watchbill/v1": .string(SHA256.hex(identity.utf8))],
            "properties": [
                "namespace": .string(report.metadata.namespace), "image": .string(report.image.reference),
                "digest": .string(report.image.digest.description),
                "platform": .string(report.image.platform.description),
                "severity": .string(severity.rawValue),
            ],
        ])
    }

    /// The place of a rule in the list, which it joins where it is new.
    private mutating func rule(_ id: String, name: String, _ text: String, _ severity: SeverityName) -> Int {
        if let place = places[id] { return place }
        places[id] = rules.count
        var rule: JSONValue = [
            "id": .string(id), "name": .string(name), "shortDescription": ["text": .string(text)],
            "defaultConfiguration": ["level": .string(severity.sarifLevel)],
            "properties": [
                "tags": ["security", .string(name.lowercased())], "security-severity": .string(severity.sarifScore),
            ],
        ]
        if let page = Self.page(about: id) { rule["helpUri"] = .string(page) }
        rules.append(rule)
        return rules.count - 1
    }

    private static func page(about id: String) -> String? {
        guard id.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || isAlphanumeric($0) }) else { return nil }
        if id.hasPrefix("CVE-") { return "https://nvd.nist.gov/vuln/detail/\(id)" }
        return id.hasPrefix("GHSA-") ? "https://github.com/advisories/\(id)" : nil
    }

    private static func severity(_ entry: JSONValue) -> SeverityName {
        entry["severity"]?.stringValue.flatMap(SeverityName.init(rawValue:)) ?? .unknown
    }

    /// A relative reference, whatever the image and the path in it are called; the tag stands in the message.
    private static func uri(_ image: String, _ path: String?) -> String {
        var text = image.prefix { $0 != "@" }
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("/") { text = text[..<colon] }
        let whole = text + (path.map { $0.hasPrefix("/") ? $0 : "/\($0)" } ?? "")
        let encoded = whole.utf8.map { byte -> String in
            if isAlphanumeric(byte) || "-._~/".utf8.contains(byte) { return String(UnicodeScalar(byte)) }
            let hex = String(byte, radix: 16, uppercase: true)
            return "%" + (hex.utf8.count == 1 ? "0" + hex : hex)
        }.joined()
        return encoded.isEmpty ? "image" : encoded
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}

extension SeverityName {
    fileprivate var sarifLevel: String {
        switch self {
        case .critical, .high: "error"
        case .medium: "warning"
        case .low, .unknown: "note"
        }
    }

    /// A number in the band of its word, because reports keep the word only (CVSS 3.1, section 5).
    fileprivate var sarifScore: String {
        switch self {
        case .critical: "9.5"
        case .high: "8.0"
        case .medium: "5.5"
        case .low: "2.0"
        case .unknown: "0.0"
        }
    }
}
