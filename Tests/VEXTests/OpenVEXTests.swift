// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import Testing

import class Foundation.Bundle
import struct Foundation.Data
import struct Foundation.URL

@testable import VEX

/// Resources/openvex.json has what `trivy image --vex` (0.76) left of the nine findings of the fixture image `vulnerable`,
/// document by document.
struct OpenVEXTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var document: JSONValue
        var left: [String]
        var testDescription: String { name }
    }

    static let cases = read("openvex")

    static func read(_ name: String) -> [Case] {
        guard let url = Bundle.module.url(forResource: "Resources/\(name)", withExtension: "json"),
            let data = try? Data(contentsOf: url), let json = try? JSONValue(parsing: Array(data))
        else { return [] }
        return (json.arrayValue ?? []).compactMap { entry in
            guard let name = entry["name"]?.stringValue, let document = entry["document"] else { return nil }
            let left = entry["left"]?.arrayValue ?? []
            return Case(name: name, document: document, left: left.compactMap(\.stringValue))
        }
    }

    /// The findings of the image, as Trivy reports them without a document.
    private static let findings: [(id: String, package: String, purl: String)] = [
        ("CVE-2018-6594", "pycrypto", "pkg:pypi/pycrypto@2.6.1"),
        ("CVE-2022-48174", "busybox", "pkg:apk/alpine/busybox@1.36.1-r0?arch=x86_64&distro=3.18.4"),
        ("CVE-2023-23934", "werkzeug", "pkg:pypi/werkzeug@2.2.2"),
        ("CVE-2023-25577", "werkzeug", "pkg:pypi/werkzeug@2.2.2"),
        ("CVE-2023-2975", "libcrypto3", "pkg:apk/alpine/libcrypto3@3.1.1-r1?arch=x86_64&distro=3.18.4"),
        ("CVE-2023-2975", "libssl3", "pkg:apk/alpine/libssl3@3.1.1-r1?arch=x86_64&distro=3.18.4"),
        ("CVE-2023-30861", "flask", "pkg:pypi/flask@2.2.2"),
        ("CVE-2023-5363", "libcrypto3", "pkg:apk/alpine/libcrypto3@3.1.1-r1?arch=x86_64&distro=3.18.4"),
        ("CVE-2023-5363", "libssl3", "pkg:apk/alpine/libssl3@3.1.1-r1?arch=x86_64&distro=3.18.4"),
    ]

    static let image = PackageURL(
        type: "oci", name: "vulnerable",
        version: "sha256:fed645d8af224daa7f5ed3ca011f7c2386541577e5e3819affe182ed24e6e384",
        qualifiers: ["repository_url": "localhost:7390/vulnerable", "arch": "amd64"])

    static func left(of document: VEXDocument) -> [String] {
        findings.filter { !document.excludes($0.id, package: PackageURL($0.purl), images: [image]) }
            .map { "\($0.id) \($0.package)" }
    }

    @Test func `the oracle's answers are there`() { #expect(Self.cases.count == 71) }

    @Test(arguments: cases)
    func `leaves the findings that Trivy leaves`(of row: Case) throws {
        let document = try VEXDocument(parsing: row.document.canonicalBytes)
        #expect(Self.left(of: document).sorted() == row.left.sorted())
    }

    @Test func `reads what version 0_0_1 wrote`() throws {
        let old = """
            {"@context": "https://openvex.dev/ns", "timestamp": "2023-01-16T19:07:16.853479631-06:00", "statements": [
            {"vulnerability": "CVE-2023-30861", "products": ["pkg:oci/vulnerable"],
             "subcomponents": ["pkg:pypi/flask"], "status": "not_affected"}]}
            """
        let document = try VEXDocument(parsing: Array(old.utf8))
        #expect(Self.left(of: document).count == 8 && !Self.left(of: document).contains("CVE-2023-30861 flask"))
    }

    @Test func `a package without a URL is excluded only where the whole image is`() throws {
        func document(_ parts: String) throws -> VEXDocument {
            try VEXDocument(
                parsing: Array(
                    """
                    {"@context": "x", "statements": [{"vulnerability": {"name": "CVE-1"}, "status": "fixed",
                    "products": [{"@id": "pkg:oci/vulnerable"\(parts)}]}]}
                    """.utf8))
        }
        #expect(try document("").excludes("CVE-1", package: nil, images: [Self.image]))
        #expect(
            !(try document(", \"subcomponents\": [{\"@id\": \"pkg:pypi/x\"}]")).excludes(
                "CVE-1", package: nil, images: [Self.image]))
    }
}
