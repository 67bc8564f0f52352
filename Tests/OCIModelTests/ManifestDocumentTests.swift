// SPDX-License-Identifier: Apache-2.0
import OCIModel
import Testing

private func digest(_ digit: Character) -> String { "sha256:" + String(repeating: digit, count: 64) }

private let index = """
    {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
    {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\(digest("1"))","size":10,
     "platform":{"architecture":"amd64","os":"linux"}},
    {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\(digest("2"))","size":11,
     "platform":{"architecture":"arm64","os":"linux","variant":"v8"}},
    {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\(digest("3"))","size":12,
     "platform":{"architecture":"arm","os":"linux","variant":"v6"}},
    {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\(digest("4"))","size":13,
     "annotations":{"vnd.docker.reference.type":"attestation-manifest"},
     "platform":{"architecture":"unknown","os":"unknown"}}]}
    """

private let image = """
    {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",
    "config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"\(digest("a"))","size":7},
    "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","digest":"\(digest("b"))","size":99}]}
    """

@Suite struct ManifestDocumentTests {
    @Test(
        arguments: [
            ("linux/amd64", "1"), ("linux/arm64", "2"), ("linux/arm/v7", "3"), ("linux/s390x", nil),
            ("unknown/unknown", nil),
        ] as [(String, Character?)])
    func `chooses the child that a node would pull`(platform: String, child: Character?) throws {
        guard case .index(let index) = try ManifestDocument(parsing: Array(index.utf8), contentType: nil) else {
            Issue.record("no index")
            return
        }
        #expect(index.platforms.map(\.description) == ["linux/amd64", "linux/arm64", "linux/arm/v6"])
        #expect(index.image(for: try #require(Platform(platform)))?.digest.description == child.map(digest))
    }

    @Test func `reads an image and ignores parameters of the content type`() throws {
        let type = "application/vnd.docker.distribution.manifest.v2+json; charset=utf-8"
        guard case .image(let image) = try ManifestDocument(parsing: Array(image.utf8), contentType: type) else {
            Issue.record("no image")
            return
        }
        #expect(image.isImage)
        #expect(image.config.digest.description == digest("a"))
        #expect(image.layers.map(\.size) == [99])
    }

    @Test func `refuses a body that contradicts its header or itself`() {
        #expect(throws: ManifestError.self) {
            try ManifestDocument(parsing: Array(image.utf8), contentType: ManifestMediaType.ociIndex.rawValue)
        }
        #expect(throws: ManifestError.self) {
            try ManifestDocument(parsing: Array(#"{"manifests":[],"config":{}}"#.utf8), contentType: nil)
        }
        #expect(throws: ManifestError.self) {
            try ManifestDocument(parsing: Array(#"{"manifests":[],"layers":[]}"#.utf8), contentType: nil)
        }
    }

    @Test(arguments: [
        "", "[]", "{}", "<html>", #"{"manifests":{}}"#, #"{"manifests":[{}]}"#, #"{"config":null,"layers":[]}"#,
        #"{"manifests":[{"digest":"sha256:zz"}]}"#,
    ])
    func `refuses what is no manifest`(text: String) {
        #expect(throws: ManifestError.self) { try ManifestDocument(parsing: Array(text.utf8), contentType: nil) }
    }

    @Test func `refuses an HTML page by its type`() {
        #expect(throws: ManifestError.unsupportedMediaType("text/html")) {
            try ManifestDocument(parsing: Array(image.utf8), contentType: "text/html")
        }
    }
}
