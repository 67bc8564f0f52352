// SPDX-License-Identifier: Apache-2.0
import OCIModel
import Testing

private let hex = String(repeating: "0123456789abcdef", count: 4)
private let otherHex = String(repeating: "fedcba9876543210", count: 4)

@Suite struct ImageIDReadingTests {
    @Test(arguments: [
        ("docker-pullable://nginx@sha256:\(hex)", "nginx:1.27"),
        ("docker.io/library/nginx@sha256:\(hex)", "nginx:1.27"),
        ("localhost:32000/app@sha256:\(hex)", "localhost:32000/app:latest"),
        ("", "nginx@sha256:\(hex)"),
        ("sha256:\(otherHex)", "nginx:1@sha256:\(hex)"),
    ])
    func `believes a digest of the spec's own repository`(imageID: String, image: String) throws {
        let reading = ImageIDReading(imageID: imageID, spec: try ImageReference(parsing: image))
        #expect(reading == .digest(try #require(Digest("sha256:\(hex)"))))
    }

    @Test(arguments: [
        ("", ImageIDReading.Reason.empty), ("docker://", .empty), ("docker://sha256:\(hex)", .bareIdentifier),
        ("sha256:\(hex)", .bareIdentifier), (hex, .bareIdentifier), ("docker.io/library/nginx:1.27", .malformed),
        ("nginx@sha256:12", .malformed),
        ("docker-pullable://\u{0}", .malformed),
    ])
    func `says why it knows no digest`(imageID: String, reason: ImageIDReading.Reason) throws {
        let spec = try ImageReference(parsing: "nginx:1.27")
        #expect(ImageIDReading(imageID: imageID, spec: spec) == .unresolved(reason))
        #expect(ImageIDReading(imageID: imageID, spec: spec).foreignDigest == nil)
    }

    @Test func `keeps what another repository has, without believing that it is this one's`() throws {
        let spec = try ImageReference(parsing: "nginx:1.27")
        let digest = try #require(Digest("sha256:\(hex)"))
        let reading = ImageIDReading(imageID: "quay.io/other/nginx@sha256:\(hex)", spec: spec)
        #expect(reading == .unresolved(.foreignRepository("quay.io/other/nginx", digest)))
        #expect(reading.foreignDigest == digest)
    }
}
