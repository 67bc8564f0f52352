// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What somebody says of vulnerabilities in products: a document in OpenVEX or CycloneDX form.
package struct VEXDocument: Hashable, Sendable {
    /// One statement: whether vulnerabilities affect products.
    struct Statement: Hashable, Sendable {
        /// What sorts the statements of an OpenVEX document before their times do.
        var name: String
        /// All its names: id, name, aliases.
        var vulnerabilities: Set<String>
        var products: [Product]
        /// True for not affected and for fixed: nothing is left to do.
        var isHarmless: Bool
        var time: Timestamp?
    }

    struct Product: Hashable, Sendable {
        /// Any of these names it.
        var purls: [PackageURL]
        /// Parts of it that the statement is about; empty: all of it.
        var parts: [[PackageURL]] = []
        /// The only versions that are meant, where a package has one; nil: those of the purl.
        var versions: Set<String>?
    }

    let statements: [Statement]
    /// Places in `statements`, by the vulnerability.
    private let index: [String: [Int]]

    init(_ statements: [Statement]) {
        self.statements = statements
        var index: [String: [Int]] = [:]
        for (place, statement) in statements.enumerated() {
            for name in statement.vulnerabilities { index[name, default: []].append(place) }
        }
        self.index = index
    }

    /// True when the document says that a vulnerability does not affect a package in an image, or is fixed there.
    ///
    /// As Trivy reads it with `--vex`: what is said of the package itself, then of the package as its own part, then of the
    /// package as a part of the image; each time the latest statement holds.
    /// - Parameters:
    ///   - package: nil when the scanner gave the package no URL.
    ///   - images: URLs of the image, one for each of its names.
    package func excludes(_ vulnerability: String, package: PackageURL?, images: [PackageURL]) -> Bool {
        guard let places = index[vulnerability] else { return false }
        let found = places.map { statements[$0] }
        if let package {
            if Self.isHarmless(found, { $0.names(package) }) { return true }
            if Self.isHarmless(found, { $0.names(package) && $0.includes(package) }) { return true }
        }
        return Self.isHarmless(found) { product in
            images.contains { product.names($0) } && product.includes(package)
        }
    }

    /// Whether the latest of the statements about such a product is harmless. Of the same time, the first one holds.
    private static func isHarmless(_ statements: [Statement], _ isMeant: (Product) -> Bool) -> Bool {
        var latest: Statement?
        for statement in statements where statement.products.contains(where: isMeant) {
            if let before = latest, !(before.isBefore(statement)) { continue }
            latest = statement
        }
        return latest?.isHarmless ?? false
    }
}

extension VEXDocument.Statement {
    fileprivate func isBefore(_ other: Self) -> Bool {
        let never = Timestamp(secondsSinceEpoch: -1 << 33)
        return (name, time ?? never) < (other.name, other.time ?? never)
    }
}

extension VEXDocument.Product {
    fileprivate func names(_ purl: PackageURL) -> Bool {
        guard purls.contains(where: { $0.covers(purl) }) else { return false }
        return versions?.contains(purl.version) ?? true
    }

    /// Whether the statement is about this part. A package without a URL is none that is named.
    fileprivate func includes(_ part: PackageURL?) -> Bool {
        if parts.isEmpty { return true }
        guard let part else { return false }
        return parts.contains { $0.contains { $0.covers(part) } }
    }
}
