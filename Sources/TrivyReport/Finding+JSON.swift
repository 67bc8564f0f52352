// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

extension Finding {
    package var json: JSONValue {
        .compact([
            "id": .string(id), "package": .string(package), "installed": .string(installed),
            "fixed": fixed.map(JSONValue.string), "severity": .string(severity.rawValue),
            "title": title.map(JSONValue.string),
            "target": target.map(JSONValue.string), "class": targetClass.map(JSONValue.string),
            "status": status.map(JSONValue.string), "purl": purl.map(JSONValue.string),
        ])
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        self.init(id: "", package: "", installed: "", severity: .unknown)
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "id": id = try scanner.readText(upTo: TextLimit.id)
            case "package": package = try scanner.readText(upTo: TextLimit.name)
            case "installed": installed = try scanner.readText(upTo: TextLimit.version)
            case "fixed": fixed = try scanner.readOptionalText(upTo: TextLimit.fixed)
            case "severity": severity = try scanner.readSeverity()
            case "title": title = try scanner.readOptionalText(upTo: TextLimit.title)
            case "target": target = try scanner.readOptionalText(upTo: TextLimit.name)
            case "class": targetClass = try scanner.readOptionalText(upTo: TextLimit.word)
            case "status": status = try scanner.readOptionalText(upTo: TextLimit.word)
            case "purl": purl = try scanner.readIdentifier(upTo: TextLimit.purl)
            default: try scanner.skipValue()
            }
        }
    }
}

extension SecretFinding {
    package var json: JSONValue {
        .compact([
            "rule": .string(rule), "category": category.map(JSONValue.string), "severity": .string(severity.rawValue),
            "path": .string(path), "line": .integer(Int64(line)),
        ])
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        self.init(rule: "", severity: .unknown, path: "", line: 0)
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "rule": rule = try scanner.readText(upTo: TextLimit.version)
            case "category": category = try scanner.readOptionalText(upTo: TextLimit.word)
            case "severity": severity = try scanner.readSeverity()
            case "path": path = try scanner.readText(upTo: TextLimit.path)
            case "line": line = try scanner.readCount()
            default: try scanner.skipValue()
            }
        }
    }
}

extension LicenseFinding {
    package var json: JSONValue {
        .compact([
            "name": .string(name), "category": category.map(JSONValue.string), "severity": .string(severity.rawValue),
            "package": .string(package), "uses": .integer(Int64(uses)),
        ])
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        self.init(name: "", severity: .unknown, package: "")
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "name": name = try scanner.readText(upTo: TextLimit.name)
            case "category": category = try scanner.readOptionalText(upTo: TextLimit.word)
            case "severity": severity = try scanner.readSeverity()
            case "package": package = try scanner.readText(upTo: TextLimit.name)
            case "uses": uses = try scanner.readCount()
            default: try scanner.skipValue()
            }
        }
    }
}

extension Misconfiguration {
    package var json: JSONValue {
        .compact([
            "id": .string(id), "severity": .string(severity.rawValue), "title": title.map(JSONValue.string),
            "target": target.map(JSONValue.string),
        ])
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        self.init(id: "", severity: .unknown)
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "id": id = try scanner.readText(upTo: TextLimit.id)
            case "severity": severity = try scanner.readSeverity()
            case "title": title = try scanner.readOptionalText(upTo: TextLimit.title)
            case "target": target = try scanner.readOptionalText(upTo: TextLimit.name)
            default: try scanner.skipValue()
            }
        }
    }
}

extension JSONScanner {
    /// A text that names something: nil when it is longer than `bytes`, because a part of it would name something else.
    mutating func readIdentifier(upTo bytes: Int) throws(JSONError) -> String? {
        guard let text = try readOptionalText(upTo: bytes + 1), text.utf8.count <= bytes else { return nil }
        return text
    }

    /// A severity in our own form.
    mutating func readSeverity() throws(JSONError) -> Severity {
        let (offset, text) = (offset, try readString(upTo: TextLimit.word))
        guard let severity = Severity(rawValue: text) else {
            throw JSONError(offset: offset, reason: "expected a severity, found '\(CleanText.stripped(text))'")
        }
        return severity
    }
}
