// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import VEX

struct HostileVEXTests {
    private static let flask = "{\"@id\":\"pkg:pypi/flask\"}"
    private static func open(_ statement: String) -> String { "{\"@context\":\"x\",\"statements\":[\(statement)]}" }

    @Test(
        arguments: [
            ("", VEXError.malformed(offset: 0)), ("[]", .unknownFormat), ("null", .unknownFormat),
            ("{}", .unknownFormat), ("{\"@context\":\"\"}", .unknownFormat),
            ("{\"bomFormat\":\"SPDX\"}", .unknownFormat),
            ("{\"document\":{\"category\":\"csaf_vex\"},\"vulnerabilities\":[]}", .unknownFormat),
            ("{\"@context\":\"x\",\"statements\":{}}", .unexpectedType(path: "statements")),
            (open("{\"products\":[{\"@id\":1}]}"), .unexpectedType(path: "statements[0].products[0].@id")),
            (open("{\"timestamp\":\"yesterday\"}"), .invalidTime(path: "statements[0].timestamp")),
            (
                "{\"bomFormat\":\"CycloneDX\",\"vulnerabilities\":[{\"affects\":1}]}",
                .unexpectedType(path: "vulnerabilities[0].affects")
            ),
            (
                open(Array(repeating: "{}", count: VEXDocument.countLimit + 1).joined(separator: ",")),
                .tooLarge(limit: VEXDocument.countLimit)
            ),
        ] as [(String, VEXError)])
    func `what is no document is an error that says where`(text: String, error: VEXError) {
        #expect(throws: error) { try VEXDocument(parsing: Array(text.utf8)) }
    }

    @Test func `an error never tells what stands in the text`() {
        let secret = "canary-7f3a9d2e"
        for text in [
            secret, "{\"\(secret)", "{\"password\": \"\(secret)\", \"x\": }",
            Self.open("{\"timestamp\":\"\(secret)\"}"),
        ] {
            do {
                _ = try VEXDocument(parsing: Array(text.utf8))
                Issue.record("was read")
            } catch { #expect(!"\(error)".contains(secret)) }
        }
    }

    @Test func `depth ends in an error`() {
        for (open, close) in [("[", "]"), ("{\"components\":[", "]}")] {
            let text =
                "{\"bomFormat\":\"CycloneDX\",\"components\":[" + String(repeating: open, count: 400)
                + String(repeating: close, count: 400) + "]}"
            #expect(throws: VEXError.self) { try VEXDocument(parsing: Array(text.utf8)) }
        }
    }

    @Test(arguments: Array(1...8) as [UInt64])
    func `bytes that flip never trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let texts = [
            Self.open(
                "{\"vulnerability\":{\"name\":\"A\",\"aliases\":[\"B\"]},\"products\":[\(Self.flask)],\"status\":\"fixed\",\"timestamp\":\"2024-01-01T00:00:00Z\"}"
            ),
            "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"bom-ref\":\"a\",\"purl\":\"pkg:a/b@1\"}],\"vulnerabilities\":[{\"id\":\"A\",\"analysis\":{\"state\":\"resolved\"},\"affects\":[{\"ref\":\"urn:cdx:1/1#pkg%3Aa%2Fb\",\"versions\":[{\"version\":\"1\"}]}]}]}",
        ]
        for text in texts {
            for _ in 0..<400 {
                var bytes = Array(text.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                guard let document = try? VEXDocument(parsing: bytes) else { continue }
                _ = document.excludes("A", package: PackageURL("pkg:a/b@1"), images: [OpenVEXTests.image])
            }
        }
    }

    @Test func `a finding costs little however many statements there are`() throws {
        let many = (0..<10_000).map {
            "{\"vulnerability\":{\"name\":\"CVE-\($0)\"},\"products\":[\(Self.flask)],\"status\":\"fixed\"}"
        }
        let document = try VEXDocument(parsing: Array(Self.open(many.joined(separator: ",")).utf8))
        let package = PackageURL("pkg:pypi/flask@1")
        let excluded = (0..<20_000).count { document.excludes("CVE-\($0)", package: package, images: []) }
        #expect(excluded == 10_000)
    }
}
