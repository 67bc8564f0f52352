// SPDX-License-Identifier: Apache-2.0
import Essentials

extension VEXDocument {
    /// What was read of the document, in a form of our own that `init(captured:)` reads as the same value.
    package var captured: JSONValue { ["statements": .array(statements.map(\.captured))] }

    package init?(captured: JSONValue) {
        guard let entries = captured["statements"]?.arrayValue else { return nil }
        let statements = entries.compactMap(Statement.init(captured:))
        guard statements.count == entries.count else { return nil }
        self.init(statements)
    }
}

extension VEXDocument.Statement {
    fileprivate var captured: JSONValue {
        .compact([
            "name": .string(name), "vulnerabilities": .strings(vulnerabilities.sorted()),
            "products": .array(products.map(\.captured)), "isHarmless": .bool(isHarmless),
            "time": time.map { .string($0.rfc3339Micro) },
        ])
    }

    fileprivate init?(captured: JSONValue) {
        guard let name = captured["name"]?.stringValue, let isHarmless = captured["isHarmless"]?.boolValue,
            let vulnerabilities = captured["vulnerabilities"]?.arrayValue?.compactMap(\.stringValue),
            let products = captured["products"]?.arrayValue
        else { return nil }
        self.init(
            name: name, vulnerabilities: Set(vulnerabilities),
            products: products.compactMap(VEXDocument.Product.init(captured:)), isHarmless: isHarmless,
            time: captured["time"]?.stringValue.flatMap(Timestamp.init(rfc3339:)))
    }
}

extension VEXDocument.Product {
    fileprivate var captured: JSONValue {
        .compact([
            "purls": .array(purls.map(\.captured)),
            "parts": parts.isEmpty ? nil : .array(parts.map { .array($0.map(\.captured)) }),
            "versions": versions.map { .strings($0.sorted()) },
        ])
    }

    fileprivate init?(captured: JSONValue) {
        guard let purls = captured["purls"]?.arrayValue else { return nil }
        self.init(
            purls: purls.compactMap(PackageURL.init(captured:)),
            parts: (captured["parts"]?.arrayValue ?? []).map {
                ($0.arrayValue ?? []).compactMap(PackageURL.init(captured:))
            }, versions: captured["versions"]?.arrayValue.map { Set($0.compactMap(\.stringValue)) })
    }
}

extension PackageURL {
    fileprivate var captured: JSONValue {
        [
            "type": .string(type), "namespace": .string(namespace), "name": .string(name),
            "version": .string(version), "qualifiers": .stringMap(qualifiers),
        ]
    }

    fileprivate init?(captured: JSONValue) {
        guard let type = captured["type"]?.stringValue, let name = captured["name"]?.stringValue else { return nil }
        self.init(
            type: type, namespace: captured["namespace"]?.stringValue ?? "", name: name,
            version: captured["version"]?.stringValue ?? "",
            qualifiers: (captured["qualifiers"]?.objectValue ?? [:]).compactMapValues(\.stringValue))
    }
}

extension VEXError {
    /// Its parts, without what stands in the document.
    package var captured: JSONValue {
        switch self {
        case .malformed(let offset): ["malformed": .integer(Int64(offset))]
        case .unexpectedType(let path): ["unexpectedType": .string(path)]
        case .unknownFormat: ["unknownFormat": true]
        case .invalidTime(let path): ["invalidTime": .string(path)]
        case .tooLarge(let limit): ["tooLarge": .integer(Int64(limit))]
        }
    }

    package init?(captured: JSONValue) {
        if let offset = captured["malformed"]?.integerValue {
            self = .malformed(offset: Int(clamping: offset))
        } else if let path = captured["unexpectedType"]?.stringValue {
            self = .unexpectedType(path: path)
        } else if captured["unknownFormat"] == true {
            self = .unknownFormat
        } else if let path = captured["invalidTime"]?.stringValue {
            self = .invalidTime(path: path)
        } else if let limit = captured["tooLarge"]?.integerValue {
            self = .tooLarge(limit: Int(clamping: limit))
        } else {
            return nil
        }
    }
}
