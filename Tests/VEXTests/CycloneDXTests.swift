// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import Testing

@testable import VEX

/// Resources/cyclonedx.json has what `trivy sbom --vex` (0.76) left of the findings of the fixture image `vulnerable`, by
/// BOM-Links into the image's own BOM, which is the only form that Trivy reads.
struct CycloneDXTests {
    static let cases = OpenVEXTests.read("cyclonedx")

    /// What is understood here and not by Trivy, which knows the BOM that a link must lead into.
    private static let wider: [String: [String]] = [
        "plain purl": ["CVE-2023-30861 flask"], "package without version": ["CVE-2023-30861 flask"],
        "the image": ["CVE-2023-30861 flask"], "vulnerability by reference": ["CVE-2023-30861 flask"],
    ]

    @Test func `the oracle's answers are there`() { #expect(Self.cases.count == 22) }

    @Test(arguments: cases)
    func `leaves the findings that Trivy leaves`(of row: OpenVEXTests.Case) throws {
        let document = try VEXDocument(parsing: row.document.canonicalBytes)
        let left = OpenVEXTests.left(of: document).sorted()
        #expect(left == row.left.filter { !(Self.wider[row.name] ?? []).contains($0) }.sorted())
        if Self.wider[row.name] != nil { #expect(left.count == row.left.count - 1) }
    }

    private func excludes(_ affects: String, components: String = "[]", version: String = "2.2.2") throws -> Bool {
        let text = """
            {"bomFormat": "CycloneDX", "components": \(components), "vulnerabilities": [
            {"id": "CVE-1", "analysis": {"state": "resolved"}, "affects": [\(affects)]}]}
            """
        let document = try VEXDocument(parsing: Array(text.utf8))
        return document.excludes("CVE-1", package: PackageURL("pkg:pypi/flask@\(version)"), images: [])
    }

    @Test func `a reference leads to a component of the document`() throws {
        let components = """
            [{"bom-ref": "x", "purl": "pkg:pypi/other"},
             {"bom-ref": "app", "components": [{"bom-ref": "part", "purl": "pkg:pypi/flask@2.2.2"}]}]
            """
        #expect(try excludes("{\"ref\": \"part\"}", components: components))
        #expect(try !excludes("{\"ref\": \"part\"}", components: components, version: "3"))
        #expect(try !excludes("{\"ref\": \"x\"}", components: components))
        #expect(try !excludes("{\"ref\": \"app\"}", components: components))
        #expect(
            try excludes("{\"ref\": \"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#part\"}", components: components))
        #expect(try !excludes("{\"ref\": \"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1\"}", components: components))
    }

    @Test func `versions that are listed are the only ones that are meant`() throws {
        let listed =
            "{\"ref\": \"pkg:pypi/flask\", \"versions\": [{\"version\": \"2.2.2\"}, {\"range\": \"vers:pypi/<9\"}]}"
        #expect(try excludes(listed))
        #expect(try !excludes(listed, version: "2.2.3"))
    }
}
