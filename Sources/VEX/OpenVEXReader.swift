// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Reads OpenVEX 0.2.0 (github.com/openvex/spec), and what 0.0.1 wrote as plain texts.
struct OpenVEXReader {
    private let root: JSONValue
    private var members = VEXMembers()

    init(_ root: JSONValue) { self.root = root }

    mutating func statements() throws(VEXError) -> [VEXDocument.Statement] {
        let issued = try time(root["timestamp"], "timestamp")
        var statements: [VEXDocument.Statement] = []
        for (index, entry) in try VEXMembers.array(root["statements"], "statements").enumerated() {
            statements.append(try statement(entry, "statements[\(index)]", issued: issued))
        }
        return statements
    }

    private mutating func statement(
        _ entry: JSONValue, _ path: String, issued: Timestamp?
    ) throws(VEXError) -> VEXDocument.Statement {
        try members.take()
        let (name, names) = try vulnerability(entry["vulnerability"], "\(path).vulnerability")
        let shared = try parts(entry["subcomponents"], "\(path).subcomponents")
        var products: [VEXDocument.Product] = []
        for (index, entry) in try VEXMembers.array(entry["products"], "\(path).products").enumerated() {
            try members.take()
            let path = "\(path).products[\(index)]"
            let own = try parts(entry["subcomponents"], "\(path).subcomponents")
            products.append(.init(purls: try component(entry, path), parts: own.isEmpty ? shared : own))
        }
        let status = try VEXMembers.text(entry["status"], "\(path).status")
        let stated = try time(entry["timestamp"], "\(path).timestamp")
        return VEXDocument.Statement(
            name: name, vulnerabilities: names, products: products,
            isHarmless: status == "not_affected" || status == "fixed", time: stated ?? issued)
    }

    private func vulnerability(_ value: JSONValue?, _ path: String) throws(VEXError) -> (String, Set<String>) {
        if let text = value?.stringValue { return (text, [text]) }
        let name = try VEXMembers.text(value?["name"], "\(path).name")
        var names = Set([name, try VEXMembers.text(value?["@id"], "\(path).@id")].compactMap { $0 })
        for (index, alias) in try VEXMembers.array(value?["aliases"], "\(path).aliases").enumerated() {
            names.formUnion([try VEXMembers.text(alias, "\(path).aliases[\(index)]")].compactMap { $0 })
        }
        return (name ?? "", names.subtracting([""]))
    }

    private mutating func parts(_ value: JSONValue?, _ path: String) throws(VEXError) -> [[PackageURL]] {
        var parts: [[PackageURL]] = []
        for (index, entry) in try VEXMembers.array(value, path).enumerated() {
            try members.take()
            parts.append(try component(entry, "\(path)[\(index)]"))
        }
        return parts
    }

    /// What names a component: its id where that is a package URL, and its identifier `purl`.
    private func component(_ entry: JSONValue, _ path: String) throws(VEXError) -> [PackageURL] {
        if let text = entry.stringValue { return [PackageURL(text)].compactMap { $0 } }
        let id = try VEXMembers.text(entry["@id"], "\(path).@id")
        let identifier = try VEXMembers.text(entry["identifiers"]?["purl"], "\(path).identifiers.purl")
        return [id, identifier].compactMap { $0.flatMap(PackageURL.init) }
    }

    private func time(_ value: JSONValue?, _ path: String) throws(VEXError) -> Timestamp? {
        guard let text = try VEXMembers.text(value, path) else { return nil }
        guard let time = Timestamp(rfc3339: text) else { throw .invalidTime(path: path) }
        return time
    }
}
