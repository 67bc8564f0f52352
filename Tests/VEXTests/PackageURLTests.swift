// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import VEX

/// Cases of the purl specification's own test suite (purl-spec, tests), as far as the parts that are compared.
struct PackageURLTests {
    private static let table: [(String, String, String, String, String, [String: String])] = [
        (
            "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie", "deb", "debian", "curl", "7.50.3-1",
            ["arch": "i386", "distro": "jessie"]
        ),
        ("pkg:Maven/org.apache.commons/io", "maven", "org.apache.commons", "io", "", [:]),
        ("pkg:GOLANG/google.golang.org/genproto#/googleapis/", "golang", "google.golang.org", "genproto", "", [:]),
        ("pkg:npm/%40angular/animation@12.3.1", "npm", "@angular", "animation", "12.3.1", [:]),
        ("pkg:PYPI/Django_package@1.11.1.dev1", "pypi", "", "django-package", "1.11.1.dev1", [:]),
        (
            "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25", "rpm", "fedora", "curl", "7.50.3-1.fc25",
            ["arch": "i386", "distro": "fedora-25"]
        ),
        ("pkg:deb/debian/x@1%3A2.3-4+deb12u1", "deb", "debian", "x", "1:2.3-4+deb12u1", [:]),
        ("pkg://gem/ruby-advisory-db-check@0.12.4", "gem", "", "ruby-advisory-db-check", "0.12.4", [:]),
        (
            "pkg:/docker/customer/image@sha256%3Aabc?Repository_url=gcr.io&empty=", "docker", "customer", "image",
            "sha256:abc", ["repository_url": "gcr.io"]
        ),
    ]

    @Test(arguments: table.indices)
    func `is taken apart`(row: Int) throws {
        let (text, type, namespace, name, version, qualifiers) = Self.table[row]
        let url = try #require(PackageURL(text))
        #expect(url.type == type && url.namespace == namespace && url.name == name)
        #expect(url.version == version && url.qualifiers == qualifiers)
    }

    @Test(arguments: [
        "", "pkg:", "pkg:pypi", "pkg:pypi/", "pkg:/", "pkg:pypi/flask/", "flask", "PKG:pypi/flask", "pkg:pypi/%zz",
        "pkg:pypi/%F", "pkg:pypi/%ff", "pkg:pypi/a?b", "pkg:pypi/@1",
        "pkg:pypi/" + String(repeating: "a", count: 5_000),
    ])
    func `what is none is nil`(text: String) { #expect(PackageURL(text) == nil) }
}
