// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Reads the vulnerabilities of a CycloneDX BOM (1.4 to 1.7) as VEX statements.
///
/// `affects[].ref` names a component of the document itself, or by BOM-Link (`urn:cdx:SERIAL/VERSION#REF`) one of another
/// BOM. No BOM of the image is at hand, so a BOM-Link is followed only where its REF is a package URL, as Trivy's are; its
/// serial number is not compared. A plain package URL will do as well, and the image's own means all that is in it.
struct CycloneDXReader {
    private let root: JSONValue
    private var members = VEXMembers()
    private var components: [String: PackageURL] = [:]

    init(_ root: JSONValue) { self.root = root }

    mutating func statements() throws(VEXError) -> [VEXDocument.Statement] {
        if let component = root["metadata"]?["component"] { try note(component, "metadata.component", depth: 0) }
        for (index, component) in try VEXMembers.array(root["components"], "components").enumerated() {
            try note(component, "components[\(index)]", depth: 0)
        }
        var statements: [VEXDocument.Statement] = []
        for (index, entry) in try VEXMembers.array(root["vulnerabilities"], "vulnerabilities").enumerated() {
            statements.append(try statement(entry, "vulnerabilities[\(index)]"))
        }
        // Nothing in the format says when an entry was made; Trivy lets the last one hold, and of one time the first does.
        return statements.reversed()
    }

    private mutating func note(_ component: JSONValue, _ path: String, depth: Int) throws(VEXError) {
        try members.take()
        if let reference = try VEXMembers.text(component["bom-ref"], "\(path).bom-ref"),
            let purl = try VEXMembers.text(component["purl"], "\(path).purl").flatMap(PackageURL.init)
        {
            components[reference] = purl
        }
        // The document's own depth is bounded when it is parsed.
        for (index, inner) in try VEXMembers.array(component["components"], "\(path).components").enumerated() {
            try note(inner, "\(path).components[\(index)]", depth: depth + 1)
        }
    }

    private mutating func statement(_ entry: JSONValue, _ path: String) throws(VEXError) -> VEXDocument.Statement {
        try members.take()
        // References are other names of the same vulnerability: GHSA-… of a CVE-….
        var names = Set([try VEXMembers.text(entry["id"], "\(path).id")].compactMap { $0 })
        for (index, other) in try VEXMembers.array(entry["references"], "\(path).references").enumerated() {
            names.formUnion([try VEXMembers.text(other["id"], "\(path).references[\(index)].id")].compactMap { $0 })
        }
        var products: [VEXDocument.Product] = []
        for (index, affected) in try VEXMembers.array(entry["affects"], "\(path).affects").enumerated() {
            try members.take()
            if let product = try product(affected, "\(path).affects[\(index)]") { products.append(product) }
        }
        let state = try VEXMembers.text(entry["analysis"]?["state"], "\(path).analysis.state")
        return VEXDocument.Statement(
            name: "", vulnerabilities: names.subtracting([""]), products: products,
            isHarmless: state.map(Self.harmlessStates.contains) ?? false)
    }

    private static let harmlessStates: Set<String> = [
        "not_affected", "false_positive", "resolved", "resolved_with_pedigree",
    ]

    /// Nil when the reference leads nowhere.
    private func product(_ affected: JSONValue, _ path: String) throws(VEXError) -> VEXDocument.Product? {
        guard let reference = try VEXMembers.text(affected["ref"], "\(path).ref") else { return nil }
        guard let purl = purl(reference) else { return nil }
        let listed = try VEXMembers.array(affected["versions"], "\(path).versions")
        if listed.isEmpty { return VEXDocument.Product(purls: [purl]) }
        // A range names no version that could be compared here.
        var versions: Set<String> = []
        for (index, entry) in listed.enumerated() {
            if let version = try VEXMembers.text(entry["version"], "\(path).versions[\(index)].version") {
                versions.insert(version)
            }
        }
        return VEXDocument.Product(purls: [purl], versions: versions)
    }

    private func purl(_ reference: String) -> PackageURL? {
        if let own = components[reference] { return own }
        if reference.hasPrefix("urn:cdx:") {
            guard let hash = reference.firstIndex(of: "#"),
                let target = PackageURL.decoded(reference[reference.index(after: hash)...])
            else { return nil }
            return components[target] ?? PackageURL(target)
        }
        return PackageURL(reference)
    }
}
