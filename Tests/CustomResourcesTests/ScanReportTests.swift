// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import OCIModel
import Schema
import Testing

@testable import CustomResources

struct ScanReportTests {
    private let digest: Digest

    init() throws { digest = try #require(Digest(.sha256, hex: String(repeating: "ab", count: 32))) }

    private var report: ScanReport {
        var report = ScanReport(
            metadata: ObjectMetadata(name: "r", namespace: "shop"),
            image: .init(
                reference: "nginx:1.27", digest: digest, platform: Platform(os: "linux", architecture: "arm64"),
                os: "alpine 3"),
            scanner: .init(
                version: "0.76.0", databaseUpdatedTime: Timestamp(secondsSinceEpoch: 5),
                scanners: [.secret, .vulnerability],
                placement: .operator, jobUID: "u1"),
            scanTime: Timestamp(secondsSinceEpoch: 10),
            summary: .init(vulnerabilities: [.critical: 2, .low: 1], unfixed: [.critical: 1], secrets: 1),
            details: ["findings": [["id": "CVE-1", "package": "p", "severity": "Critical"]], "totalFindings": 3])
        report.usedBy = [.init(kind: "Deployment", name: "web")]
        return report
    }

    private func parse(_ json: JSONValue) throws -> ScanReport {
        var scanner = JSONScanner(json.canonicalBytes)
        return try ScanReport(from: &scanner)
    }

    @Test func `reads back what it applies, and its digest tells the same content`() throws {
        var json = JSONValue.object(report.body)
        json["metadata"] = ["name": "r", "namespace": "shop", "resourceVersion": "7"]
        json["apiVersion"] = "watchbill.dev/v1alpha1"
        let read = try parse(json)
        #expect(read.body == report.body && read.metadata.resourceVersion == "7")
        #expect(read.contentDigest == ContentDigest.of(.object(report.body)))
        #expect(read.summary.fixable == 2)
        json["usedBy"] = []
        #expect(try parse(json).contentDigest != read.contentDigest)
    }

    @Test func `what it applies fits the schema`() {
        #expect(ScanReport.schema.validate(.object(report.body), unknownFields: .refused) == [])
        var unused = report
        unused.unusedSinceTime = Timestamp(secondsSinceEpoch: 0)
        unused.image.isResolvedFromTag = true
        #expect(ScanReport.schema.validate(.object(unused.body), unknownFields: .refused) == [])
    }

    @Test(
        arguments: [
            (["image": [:]], "image.digest"), (["image": ["digest": "sha256:x"]], "image.digest"),
            ([:], "image.digest"), (["image": "x"], "image.digest"),
        ] as [(JSONValue, String)])
    func `one that somebody spoiled is an error, not a crash`(json: JSONValue, path: String) throws {
        let error = try #require(throws: JSONError.self) { try parse(json) }
        #expect(error.path == path)
    }

    @Test func `a report that does not say where it is valid is valid in its namespace only`() throws {
        var json = JSONValue.object(report.body)
        json["scanner"]?["placement"] = nil
        #expect(try parse(json).scanner.placement == .workload)
    }

    @Test(arguments: [
        ("nginx", "docker.io_library_nginx", "latest"),
        ("localhost:32000/a/b:_x-", "localhost_32000_a_b", "x"),
        ("r.io/" + String(repeating: "a", count: 80), String(repeating: "a", count: 63), "latest"),
    ])
    func `labels are label values whatever the image is called`(image: String, repository: String, tag: String) throws {
        let labels = ScanReport.labels(for: try ImageReference(parsing: image))
        #expect(labels["watchbill.dev/repository"] == repository && labels["watchbill.dev/tag"] == tag)
    }

    @Test func `names tell digests and platforms apart and are object names`() {
        let arm = Platform(os: "linux", architecture: "arm", variant: "v7")
        #expect(ScanReport.name(digest, arm) == "sha256-abababababababababab-linux-arm-v7")
        #expect(
            ScanReport.name(digest, Platform(os: "Li nux/..", architecture: "☃"))
                == "sha256-abababababababababab-linux-unknown")
    }
}
